"""Anthropic's message as an answer, whole or put together from the events of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from core.errors import (
    GarbledAnswer,
    GenerationFailed,
    ModelEmpty,
    ModelRefused,
    ModelTruncated,
    StreamFailed,
)
from core.schemas.model_call import FinishReason, ModelAnswer, Usage
from providers.json_wire import count_of
from providers.scrubbing import one_line, words_of

PROVIDER = "anthropic"
FINISH = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "refusal": FinishReason.REFUSAL,
}
DELTAS = {"text_delta": "text", "thinking_delta": "thinking"}
"""What of a block's pieces is kept, by the field it belongs to; signatures and tool input are not."""


def parse_message(
    body: Mapping[str, JsonValue], asked: str, latency_ms: float, secrets: Sequence[str] = ()
) -> ModelAnswer:
    """A message as an answer; every way it can be none is named.

    GenerationFailed for an error inside HTTP 200, ModelRefused for a refusal, ModelTruncated or
    ModelEmpty for no text, GarbledAnswer for what is no message. ``secrets`` are never quoted.
    """
    if body.get("type") == "error" or body.get("error"):
        told = one_line(words_of(dict(body)), secrets)
        raise GenerationFailed(f"{asked} failed while it wrote: {told}")
    if not isinstance(body.get("content"), list) and "stop_reason" not in body:
        raise GarbledAnswer(f"{asked} answered with something that is no Anthropic message")
    usage = usage_of(body.get("usage"))
    finish = FINISH.get(str(body.get("stop_reason")), FinishReason.UNKNOWN)
    if finish is FinishReason.REFUSAL:
        raise ModelRefused(f"{asked} refused: {_refusal(body, secrets)}", usage=usage)
    text = "".join(_texts(body, "text"))
    if not text.strip():
        _refuse_silence(asked, str(body.get("stop_reason")), finish, usage)
    return ModelAnswer(
        text=text,
        served_model=_text(body.get("model")) or asked,
        reasoning="\n\n".join(filter(str.strip, _texts(body, "thinking"))),
        provider=PROVIDER,
        finish_reason=finish,
        usage=usage or Usage(),
        latency_ms=latency_ms,
    )


class StreamedMessage:
    """Puts a message together; ``body`` is then what the endpoint answers without streaming.

    StreamFailed for an error event, and for a stream that ends before the message does.
    """

    def __init__(self, asked: str, secrets: Sequence[str] = ()) -> None:
        self._asked = asked
        self._secrets = secrets
        self._message: dict[str, JsonValue] = {}
        self._usage: dict[str, JsonValue] = {}
        self._blocks: dict[int, tuple[str, list[str]]] = {}
        self.characters = 0

    def hear(self, name: str, data: Mapping[str, JsonValue]) -> None:
        """One event; pings and kinds not known here change nothing."""
        kind = _text(data.get("type")) or name
        if kind == "error":
            self._message.pop("stop_reason", None)
            told = one_line(words_of(dict(data)), self._secrets)
            raise StreamFailed(
                f"{self._asked} failed in the middle of its stream: {told}",
                usage=self.usage,
            )
        if kind == "message_start":
            self._begin(_fields(data.get("message")))
        elif kind in {"content_block_start", "content_block_delta"}:
            self._write(data)
        elif kind == "message_delta":
            self._message.update(_given(_fields(data.get("delta"))))
            self._usage.update(_given(_fields(data.get("usage"))))

    @property
    def usage(self) -> Usage | None:
        """The tokens told of so far."""
        return usage_of(self._usage)

    @property
    def complete(self) -> bool:
        """Whether the model said why it stopped: after that no text follows."""
        return bool(self._message.get("stop_reason"))

    def body(self) -> dict[str, JsonValue]:
        if not self.complete:
            raise StreamFailed(
                f"{self._asked} broke off its stream before the end of the answer",
                usage=self.usage,
            )
        content: list[JsonValue] = [
            {"type": field, field: "".join(pieces)}
            for _, (field, pieces) in sorted(self._blocks.items())
        ]
        return {**self._message, "content": content, "usage": self._usage}

    def _begin(self, message: Mapping[str, JsonValue]) -> None:
        self._message.update(_given(message))
        self._usage.update(_given(_fields(message.get("usage"))))

    def _write(self, data: Mapping[str, JsonValue]) -> None:
        place = count_of(data.get("index"))
        block, delta = _fields(data.get("content_block")), _fields(data.get("delta"))
        field = _text(block.get("type")) or DELTAS.get(_text(delta.get("type")), "")
        if field not in DELTAS.values():
            return
        piece = _text((block or delta).get(field))
        self._blocks.setdefault(place, (field, []))[1].append(piece)
        self.characters += len(piece)


def usage_of(raw: JsonValue) -> Usage | None:
    """The tokens billed, those read from and written to the cache included; None where none is said."""
    if not isinstance(raw, Mapping) or not raw:
        return None
    cached = count_of(raw.get("cache_read_input_tokens"))
    written = count_of(raw.get("cache_creation_input_tokens"))
    details = _fields(raw.get("output_tokens_details"))
    return Usage(
        prompt_tokens=count_of(raw.get("input_tokens")) + cached + written,
        completion_tokens=count_of(raw.get("output_tokens")),
        reasoning_tokens=count_of(details.get("thinking_tokens")),
        cached_tokens=cached,
    )


def _refuse_silence(asked: str, why: str, finish: FinishReason, usage: Usage | None) -> None:
    if finish is FinishReason.LENGTH:
        raise ModelTruncated(
            f"{asked} was cut off before it said anything ({why}): raise max_tokens", usage=usage
        )
    raise ModelEmpty(f"{asked} answered with no text (stop reason {why})", usage=usage)


def _refusal(body: Mapping[str, JsonValue], secrets: Sequence[str]) -> str:
    """The explanation, else the category, else what it said before it stopped."""
    details = _fields(body.get("stop_details"))
    said = _text(details.get("explanation")) or _text(details.get("category"))
    return one_line(said or "".join(_texts(body, "text")), secrets)


def _texts(body: Mapping[str, JsonValue], field: str) -> Iterator[str]:
    """The texts of every block of this kind, in order."""
    content = body.get("content")
    for block in content if isinstance(content, list) else ():
        if isinstance(block, Mapping) and block.get("type") == field:
            yield _text(block.get(field))


def _fields(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _given(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Without nulls: a later event that does not know a figure leaves the earlier one."""
    return {key: value for key, value in fields.items() if value is not None}
