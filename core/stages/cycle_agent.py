"""How an agent of a cycle is asked: its own model and settings, one schema back, or one line why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, JsonValue

from core.agents import AgentCast, AgentName
from core.call_names import CYCLE
from core.errors import ModelError, StructuredError, UnknownPrompt
from core.ports import LanguageModel
from core.profile import ModelSpec
from core.rendering import PromptLibrary
from core.stages.asking import Asker, Question, one_after_the_other, shortened

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class AgentTable:
    """The four agents with what they share: a port to their models, and the prompts."""

    model: LanguageModel
    prompts: PromptLibrary
    cast: AgentCast

    def agent(self, name: AgentName) -> Agent:
        asker = Asker(name.value, self.model, self.prompts, self.cast.settings_for(name.value))
        return Agent(name, self.cast.of(name), asker)


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: who answers, and how it is asked."""

    name: AgentName
    spec: ModelSpec
    asker: Asker

    async def ask(self, brief: BaseModel, schema: type[T], check: Callable[[T], None]) -> T | str:
        """Its answer, or in one line why there is none that can be used.

        SpendingStopped passes through, as does UnknownPrompt of a replay.
        """
        question = Question(
            call=f"{CYCLE}/{self.name}",
            model=self.spec.model,
            brief=brief,
            schema=schema,
            check=check,
        )
        try:
            return (await self.asker.ask(question)).value
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError) as error:
            return shortened(f"{type(error).__name__}: {error}")

    def depends_on(self) -> dict[str, JsonValue]:
        return {**self.asker.depends_on(), "model": self.spec.model}

    @property
    def timeout_s(self) -> float:
        return self.asker.longest(one_after_the_other([self.spec]))


def check_symbols(named: Iterable[str], known: Iterable[str]) -> None:
    """ValueError for a symbol that was not shown, or one that is named twice."""
    names, allowed = list(named), set(known)
    faults = [f"{name} was not asked about" for name in names if name not in allowed]
    faults += [f"{name} is named twice" for name in sorted(set(names)) if names.count(name) > 1]
    if faults:
        raise ValueError("; ".join(faults))
