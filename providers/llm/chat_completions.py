"""A chat completion as it arrives, whole or in deltas, and the answer or the failure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from core.errors import (
    GarbledAnswer,
    GenerationFailed,
    ModelEmpty,
    ModelError,
    ModelRefused,
    ModelTruncated,
)
from core.schemas.model_call import FinishReason, ModelAnswer, Usage
from providers.llm.chat_usage import usage_of
from providers.scrubbing import one_line, words_of

FINISH = {
    **dict.fromkeys(("stop", "end_turn", "eos", "eos_token", "stop_sequence"), FinishReason.STOP),
    **dict.fromkeys(("length", "max_tokens", "model_length"), FinishReason.LENGTH),
    **dict.fromkeys(
        ("content_filter", "refusal", "safety", "recitation", "sensitive"), FinishReason.REFUSAL
    ),
    **dict.fromkeys(
        ("error", "network_error", "insufficient_system_resource", "engine_error"),
        FinishReason.ERROR,
    ),
}


@dataclass
class Completion:
    """What has arrived so far; ``secrets`` never appear in the words of a failure."""

    asked: str
    secrets: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    served: str = ""
    finish: str | None = None
    error: JsonValue = None
    tool_called: bool = False
    chosen: bool = False
    usage: Usage | None = None
    characters: int = 0

    def take(self, body: Mapping[str, JsonValue]) -> None:
        """A whole body, or the next chunk of a stream."""
        self.error = self.error or _error_of(body)
        self.served = str(body.get("model") or self.served)
        self._count(body)
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            if isinstance(choice, Mapping) and choice.get("index") in (None, 0):
                self._choose(choice)

    def answer(self, provider: str, latency_ms: float) -> ModelAnswer:
        """The answer; GenerationFailed, ModelRefused, ModelTruncated or ModelEmpty if it is none."""
        finish = _finish(self.finish)
        text = "".join(self.text)
        failure = self._failure(finish, text)
        if failure is not None:
            raise failure
        return ModelAnswer(
            text=text,
            served_model=self.served or self.asked,
            reasoning="".join(self.reasoning),
            provider=provider,
            finish_reason=finish,
            usage=self.usage or Usage(),
            latency_ms=latency_ms,
        )

    def told(self) -> str:
        """The server's words on its error, one line."""
        words = words_of({"error": self.error}) or str(self.error or "")
        return one_line(words, self.secrets)

    def _failure(self, finish: FinishReason, text: str) -> ModelError | None:
        if self.error or finish is FinishReason.ERROR:
            return self._as(GenerationFailed, f"failed while it wrote: {self.told()}")
        refusal = one_line("".join(self.refusal), self.secrets)
        if finish is FinishReason.REFUSAL or self.refusal:
            return self._as(ModelRefused, f"refused: {refusal}")
        if text.strip():
            return None
        if finish is FinishReason.LENGTH:
            return self._as(
                ModelTruncated, "reached its token limit before it said anything: raise max_tokens"
            )
        if not self.chosen:
            return self._as(ModelEmpty, "answered without a choice")
        why = "it called a tool" if self.tool_called else f"finish reason {self.finish}"
        return self._as(ModelEmpty, f"answered with no text ({why})")

    def _as(self, kind: type[ModelError], what: str) -> ModelError:
        return kind(f"{self.asked} {what}", usage=self.usage)

    def _count(self, body: Mapping[str, JsonValue]) -> None:
        """The newest figure counts: servers that report along the way report running totals."""
        for holder in (body, body.get("x_groq")):
            if isinstance(holder, Mapping) and isinstance(holder.get("usage"), Mapping):
                self.usage = usage_of(holder["usage"], self.usage)

    def _choose(self, choice: Mapping[str, JsonValue]) -> None:
        self.chosen = True
        self.error = self.error or choice.get("error")
        self.finish = str(choice["finish_reason"]) if choice.get("finish_reason") else self.finish
        self._count(choice)
        delta, message = choice.get("delta"), choice.get("message")
        if isinstance(delta, Mapping) and (delta or self.text):
            self._say(delta)
        elif isinstance(message, Mapping):
            if not self.text:  # at the end of a stream some repeat the whole
                self._say(message)
        elif isinstance(choice.get("text"), str):
            self._add(self.text, choice["text"])

    def _say(self, message: Mapping[str, JsonValue]) -> None:
        self.tool_called = self.tool_called or bool(message.get("tool_calls"))
        thought = message.get("reasoning") or message.get("reasoning_content")
        self._add(self.reasoning, thought or _shown(message.get("reasoning_details")))
        self._add(self.refusal, message.get("refusal"))
        content = message.get("content")
        if isinstance(content, list):
            self._say_parts(content)
        else:
            self._add(self.text, content)

    def _say_parts(self, parts: list[JsonValue]) -> None:
        for part in parts:
            if not isinstance(part, Mapping):
                self._add(self.text, part)
                continue
            thought = part.get("thinking") or part.get("reasoning")
            self._add(self.reasoning, _shown(thought) or thought)
            self._add(self.refusal, part.get("refusal"))
            self._add(self.text, None if thought else part.get("text"))

    def _add(self, where: list[str], text: JsonValue) -> None:
        if isinstance(text, str) and text:
            where.append(text)
            self.characters += len(text)


def completion_of(
    body: Mapping[str, JsonValue], asked: str, secrets: Iterable[str] = ()
) -> Completion:
    """A whole body; GarbledAnswer when it is no chat completion at all."""
    completion = Completion(asked, tuple(secrets))
    completion.take(body)
    if completion.error is None and not isinstance(body.get("choices"), list):
        raise GarbledAnswer(f"{asked} was answered with JSON that is no chat completion")
    return completion


def _error_of(body: Mapping[str, JsonValue]) -> JsonValue:
    if body.get("object") == "error":
        return body.get("error") or dict(body)
    return body.get("error") or None


def _finish(raw: str | None) -> FinishReason:
    return FINISH.get((raw or "").lower(), FinishReason.UNKNOWN)


def _shown(details: JsonValue) -> str:
    """The readable part of a list of thoughts; encrypted ones say nothing."""
    parts = details if isinstance(details, list) else []
    shown = (part.get("text") or part.get("summary") for part in parts if isinstance(part, Mapping))
    return "".join(text for text in shown if isinstance(text, str))
