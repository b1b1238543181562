"""A question over the log: a model that looks things up by turns, and a plain search in its stead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import ModelError, SpendingStopped, StructuredError, UnknownPrompt
from core.keys import LOG_ANSWER, USER_QUERY
from core.policy import DeskPolicy
from core.ports import LanguageModel, LogTools
from core.rendering import PromptLibrary
from core.rules.log_search import SEARCH, plain_looks, search_text, wider_looks
from core.rules.question_reading import read_question
from core.schemas.question import MOST_CITED, LogAnswer, LogTurn, QuestionBrief
from core.stage import BaseStage
from core.stages.asking import Asker, Question, shortened
from core.stages.log_table import LogTable

TURNS = 6
TEMPLATE = "log_question"
SHOWN_IDS = 3


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: ``name`` is the model's, ``asker`` None where only the search can.

    ``unable`` says why, "" where no model was ever meant to answer.
    """

    name: str
    asker: Asker | None
    unable: str = ""

    @classmethod
    def of(
        cls, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy, unable: str = ""
    ) -> Answerer:
        """The profile's chairman; the search where the chairman is a rule, or ``unable`` says why."""
        chairman = policy.profile.chairman
        if chairman.is_rules or unable:
            return cls(SEARCH, None, unable)
        settings = policy.profile.settings_for("council")
        asker = Asker(TEMPLATE, model, prompts, settings, policy.council.max_attempts)
        return cls(chairman.model, asker)


class LogQuestionStage(BaseStage):
    """One answer whose citations were all found; it fails only when the log cannot be read."""

    name = "answer_from_log"
    needs = (USER_QUERY,)
    gives = (LOG_ANSWER,)

    def __init__(self, answerer: Answerer, tools: LogTools, asked_on: date) -> None:
        self._answerer, self._tools, self._asked_on = answerer, tools, asked_on
        asker = answerer.asker
        self.timeout_s = None if asker is None else asker.longest(TURNS)

    def depends_on(self) -> JsonValue:
        asker = self._answerer.asker
        on: dict[str, JsonValue] = {} if asker is None else asker.depends_on()
        return {"model": self._answerer.name, **on}

    async def run(self, context: PipelineContext) -> PipelineContext:
        question = context[USER_QUERY]
        return context.bind(LOG_ANSWER, await self._answer(question))

    async def _answer(self, question: str) -> LogAnswer:
        asker, name = self._answerer.asker, self._answerer.name
        if asker is None:
            return await self._search(question, self._answerer.unable)
        try:
            return await self._by_turns(question, asker, name)
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError, SpendingStopped) as error:
            return await self._search(question, shortened(f"{type(error).__name__}: {error}"))

    async def _by_turns(self, question: str, asker: Asker, name: str) -> LogAnswer:
        table, span = LogTable(self._tools), self._tools.span()
        for turn in range(1, TURNS + 1):
            brief = QuestionBrief(
                question=question,
                asked_on=self._asked_on,
                span=span,
                turn=turn,
                turns=TURNS,
                looks=tuple(table.past),
            )
            asked = Question(f"ask/turn/{turn}", name, brief, LogTurn, _check(table, brief))
            said = await asker.ask(asked)
            step = said.value
            if step.answer is not None:
                return _answered(step, table, said.attempts[-1].served_model, turn)
            await table.show(step.looks)
        raise AssertionError("the last turn answers or is refused")  # by _check

    async def _search(self, question: str, fell_back: str) -> LogAnswer:
        """Deterministic: the same question over the same log gives the same answer."""
        table, span = LogTable(self._tools), self._tools.span()
        today = span.last or self._asked_on
        reading = read_question(question, span, today)
        results = [await table.look(one) for one in plain_looks(reading, today)]
        wider = not any(one.findings or one.lines for one in results)
        if wider:
            results = [await table.look(one) for one in wider_looks(reading)]
        found = {one.event_id: one for result in results for one in result.findings}
        return LogAnswer(
            text=search_text(reading, results, wider=wider),
            cites=tuple(found.values())[:MOST_CITED],
            by=SEARCH,
            looks=tuple(table.looks),
            fell_back=fell_back,
        )


def _answered(step: LogTurn, table: LogTable, by: str, turn: int) -> LogAnswer:
    assert step.answer is not None  # by its caller
    cites = tuple(table.seen[one] for one in dict.fromkeys(step.cites))
    return LogAnswer(text=step.answer, cites=cites, by=by, looks=tuple(table.looks), turns=turn)


def _check(table: LogTable, brief: QuestionBrief) -> Callable[[LogTurn], None]:
    """What the schema cannot say: the last turn answers, and only what was shown is cited."""

    def check(step: LogTurn) -> None:
        if step.looks:
            if brief.must_answer:
                raise ValueError("this was the last turn: give answer and cites, no more looks")
            return
        unknown = [one for one in step.cites if one not in table.seen]
        if unknown:
            raise ValueError(
                f"cites {', '.join(unknown[:SHOWN_IDS])}: no look returned such an event, cite only "
                "event ids from the results above"
            )
        if table.seen and not step.cites:
            raise ValueError("cites is empty: name the events the answer rests on")

    return check
