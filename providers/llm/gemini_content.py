"""Gemini's candidate as an answer, whole or put together from the chunks of a stream."""

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

PROVIDER = "gemini"
FINISH = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "SAFETY": FinishReason.REFUSAL,
    "RECITATION": FinishReason.REFUSAL,
    "PROHIBITED_CONTENT": FinishReason.REFUSAL,
    "BLOCKLIST": FinishReason.REFUSAL,
    "SPII": FinishReason.REFUSAL,
    "LANGUAGE": FinishReason.REFUSAL,
    "MALFORMED_FUNCTION_CALL": FinishReason.ERROR,
    "MALFORMED_RESPONSE": FinishReason.ERROR,
    "UNEXPECTED_TOOL_CALL": FinishReason.ERROR,
    "TOO_MANY_TOOL_CALLS": FinishReason.ERROR,
    "MISSING_THOUGHT_SIGNATURE": FinishReason.ERROR,
}
NOT_BLOCKED = ("", "BLOCK_REASON_UNSPECIFIED")
ANSWER_FIELDS = ("candidates", "promptFeedback", "usageMetadata")


def parse_content(
    body: Mapping[str, JsonValue], asked: str, latency_ms: float, secrets: Sequence[str] = ()
) -> ModelAnswer:
    """The first candidate as an answer; every way it can be none is named.

    GenerationFailed for an error inside HTTP 200 or a malformed candidate, ModelRefused for a
    blocked prompt or answer, ModelTruncated or ModelEmpty for no text, GarbledAnswer for what is
    none of Gemini's. ``secrets`` are never quoted.
    """
    if body.get("error"):
        told = one_line(words_of(dict(body)), secrets)
        raise GenerationFailed(f"{asked} failed while it wrote: {told}")
    if not any(field in body for field in ANSWER_FIELDS):
        raise GarbledAnswer(f"{asked} answered with something that is no Gemini content")
    usage = usage_of(body.get("usageMetadata"))
    blocked = _text(_fields(body.get("promptFeedback")).get("blockReason"))
    candidate = _candidate(body)
    why = _text(candidate.get("finishReason"))
    finish = finish_of(why)
    told = one_line(_text(candidate.get("finishMessage")) or "no reason given", secrets)
    if blocked not in NOT_BLOCKED and finish is not FinishReason.STOP:
        raise ModelRefused(f"{asked} refused the prompt ({blocked})", usage=usage)
    if finish is FinishReason.REFUSAL:
        raise ModelRefused(f"{asked} stopped its answer ({why}): {told}", usage=usage)
    if finish is FinishReason.ERROR:
        raise GenerationFailed(f"{asked} failed while it wrote ({why}): {told}", usage=usage)
    text = "".join(_texts(candidate, thought=False))
    if not text.strip():
        _refuse_silence(asked, why, finish, usage)
    return ModelAnswer(
        text=text,
        served_model=_text(body.get("modelVersion")) or asked,
        reasoning="".join(_texts(candidate, thought=True)).strip(),
        provider=PROVIDER,
        finish_reason=finish,
        usage=usage or Usage(),
        latency_ms=latency_ms,
    )


class StreamedContent:
    """Puts chunks together; ``body`` is then what the endpoint answers without streaming.

    StreamFailed for a chunk that is an error, and for a stream that never says why it ended.
    """

    def __init__(self, asked: str, secrets: Sequence[str] = ()) -> None:
        self._asked = asked
        self._secrets = secrets
        self._said: dict[str, JsonValue] = {}
        self._usage: dict[str, JsonValue] = {}
        self._last: dict[str, JsonValue] = {}
        self._parts: list[JsonValue] = []
        self.characters = 0

    def hear(self, name: str, data: Mapping[str, JsonValue]) -> None:
        """One chunk; ``name`` is the event's, which Gemini does not use."""
        if data.get("error") or name == "error":
            self._last.pop("finishReason", None)
            told = one_line(words_of(dict(data)), self._secrets)
            raise StreamFailed(
                f"{self._asked} failed in the middle of its stream: {told}", usage=self.usage
            )
        for key in ("modelVersion", "promptFeedback"):
            if data.get(key):
                self._said[key] = data[key]
        self._usage.update(_given(_fields(data.get("usageMetadata"))))
        candidate = _candidate(data)
        self._last.update(_given(candidate))
        for part in _parts(candidate):
            self._parts.append(dict(part))
            self.characters += len(_text(part.get("text")))

    @property
    def usage(self) -> Usage | None:
        """The tokens told of so far."""
        return usage_of(self._usage)

    @property
    def complete(self) -> bool:
        """Whether it was said why the answer ended: after that no text follows."""
        blocked = _fields(self._said.get("promptFeedback")).get("blockReason")
        return bool(self._last.get("finishReason") or blocked)

    def body(self) -> dict[str, JsonValue]:
        if not self.complete:
            raise StreamFailed(
                f"{self._asked} broke off its stream before the end of the answer",
                usage=self.usage,
            )
        candidate: JsonValue = {**self._last, "content": {"parts": self._parts}}
        return {**self._said, "candidates": [candidate], "usageMetadata": self._usage}


def finish_of(why: str) -> FinishReason:
    """Also for reasons not known yet: blocked images and malformed answers have names like others."""
    known = FINISH.get(why)
    if known is not None:
        return known
    if why.startswith("MALFORMED"):
        return FinishReason.ERROR
    blocked = why.endswith(("SAFETY", "PROHIBITED_CONTENT", "RECITATION"))
    return FinishReason.REFUSAL if blocked else FinishReason.UNKNOWN


def usage_of(raw: JsonValue) -> Usage | None:
    """The tokens billed: thoughts are completion tokens too; None where nothing is said."""
    if not isinstance(raw, Mapping) or not raw:
        return None
    thoughts = count_of(raw.get("thoughtsTokenCount"))
    return Usage(
        prompt_tokens=count_of(raw.get("promptTokenCount")),
        completion_tokens=count_of(raw.get("candidatesTokenCount")) + thoughts,
        reasoning_tokens=thoughts,
        cached_tokens=count_of(raw.get("cachedContentTokenCount")),
    )


def _refuse_silence(asked: str, why: str, finish: FinishReason, usage: Usage | None) -> None:
    if finish is FinishReason.LENGTH:
        raise ModelTruncated(
            f"{asked} was cut off before it said anything ({why}): raise max_tokens", usage=usage
        )
    raise ModelEmpty(f"{asked} answered with no text (finish reason {why or 'none'})", usage=usage)


def _candidate(body: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """The first one: more are never asked for."""
    candidates = body.get("candidates")
    return _fields(candidates[0]) if isinstance(candidates, list) and candidates else {}


def _parts(candidate: Mapping[str, JsonValue]) -> Iterator[Mapping[str, JsonValue]]:
    parts = _fields(candidate.get("content")).get("parts")
    for part in parts if isinstance(parts, list) else ():
        yield _fields(part)


def _texts(candidate: Mapping[str, JsonValue], *, thought: bool) -> Iterator[str]:
    for part in _parts(candidate):
        if bool(part.get("thought")) is thought:
            yield _text(part.get("text"))


def _fields(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _given(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Without nulls: a later chunk that does not know a figure leaves the earlier one."""
    return {key: value for key, value in fields.items() if value is not None}
