"""How a stage asks a model: prompt rendered from a typed brief, one schema back, or one clear reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from pydantic import BaseModel, JsonValue

from core.canonical import fingerprint
from core.errors import AnswerUnusable, ModelError, StructuredError
from core.policy import DeskPolicy, ModelSettings, ModelSpec, StageName
from core.ports import LanguageModel
from core.rendering import PromptLibrary, Rendered
from core.schemas.model_call import Message, ModelRequest
from core.schemas.pitch import Abstention
from core.structured import StructuredAnswer, ask, json_schema_of
from core.types import AccountId

T = TypeVar("T", bound=BaseModel)

MAX_REASON = 400
"""The length of a `ShortText`."""
SLACK_S = 60.0


@dataclass(frozen=True)
class Question(Generic[T]):
    """One call: its name within the run, whom it asks, from what, and which schema must come back."""

    call: str
    model: str
    brief: BaseModel
    schema: type[T]
    check: Callable[[T], None] | None = None


@dataclass(frozen=True)
class Asker:
    """One stage's prompt, settings and port."""

    template: str
    model: LanguageModel
    prompts: PromptLibrary
    settings: ModelSettings
    max_attempts: int = field(default=2)
    _rendered: dict[int, tuple[BaseModel, Rendered]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def of(
        cls, stage: StageName, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy
    ) -> Asker:
        settings = policy.profile.settings_for(stage)
        return cls(stage, model, prompts, settings, policy.council.max_attempts)

    async def ask(self, question: Question[T]) -> StructuredAnswer[T]:
        """A validated answer; a ModelError or StructuredError says in one line why there is none."""
        return await ask(self.model, self.request(question), question.schema, question.check)

    def request(self, question: Question[T]) -> ModelRequest:
        prompt = self._prompt(question)
        return ModelRequest(
            call=question.call,
            model=question.model,
            messages=(Message(role="user", content=prompt.text),),
            schema_hash=schema_hash(question.schema),
            temperature=self.settings.temperature,
            max_tokens=self.settings.max_tokens,
            timeout_s=self.settings.timeout_s,
            prompt_hash=prompt.hash,
            brief=question.brief,
        )

    def _prompt(self, question: Question[T]) -> Rendered:
        """Rendered once a brief: every manager of a week reads the same one."""
        kept = self._rendered.get(id(question.brief))
        if kept is None:
            prompt = self.prompts.render(
                self.template, brief=question.brief, schema=schema_text(question.schema)
            )
            kept = self._rendered[id(question.brief)] = (question.brief, prompt)
        return kept[1]

    def depends_on(self) -> dict[str, JsonValue]:
        """Settings and prompt of this stage, for its fingerprint."""
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"timeout_s"}),
            "prompts": prompt_hashes(self.prompts, self.template),
        }

    def longest(self, calls_in_a_row: int = 1) -> float:
        """Seconds after which a stage of such calls hangs; each call has its own, shorter, deadline."""
        return self.settings.timeout_s * self.max_attempts * calls_in_a_row + SLACK_S


def one_after_the_other(models: Iterable[ModelSpec]) -> int:
    """How many calls that is at worst: an endpoint that takes one at a time, every fallback asked."""
    return sum(len(spec.lineage) for spec in models)


def prompt_hashes(prompts: PromptLibrary, template: str) -> dict[str, JsonValue]:
    """Hashes of a template and of every partial (``_…``) it may include."""
    used = sorted(name for name in prompts.templates if name == template or name[0] == "_")
    return {name: prompts.hash(name) for name in used}


def abstention(
    account_id: AccountId, model: str, error: ModelError | StructuredError
) -> Abstention:
    """What is recorded of a seat that gave no usable answer."""
    attempts = len(error.attempts) if isinstance(error, AnswerUnusable) else 1
    reason = f"{type(error).__name__}: {error}"
    return Abstention(
        account_id=account_id, model=model, reason=shortened(reason), attempts=attempts
    )


def shortened(reason: str) -> str:
    """One line of at most 400 characters."""
    line = " ".join(reason.split())
    return line if len(line) <= MAX_REASON else line[: MAX_REASON - 1] + "…"


@cache
def schema_text(schema: type[BaseModel]) -> str:
    """The JSON Schema as compact text for a prompt, without the titles pydantic repeats."""
    return json.dumps(_without_titles(json_schema_of(schema)), separators=(",", ":"))


@cache
def schema_hash(schema: type[BaseModel]) -> str:
    return fingerprint(json_schema_of(schema))


def _without_titles(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            key: _without_titles(inner)
            for key, inner in value.items()
            if not (key == "title" and isinstance(inner, str))
        }
    if isinstance(value, list):
        return [_without_titles(inner) for inner in value]
    return value
