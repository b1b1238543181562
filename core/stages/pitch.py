"""Pitches: every portfolio manager is asked at the same time; an unusable answer is an abstention."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from core.context import ContextKey, PipelineContext
from core.errors import ModelError, StructuredError, UnknownPrompt
from core.keys import (
    MARKET_SNAPSHOT,
    PITCH_ABSTENTIONS,
    PM_PITCHES,
    RESEARCH_PACK_A,
    RESEARCH_PACK_B,
    RUN,
    SIMILAR_WEEKS,
)
from core.policy import DeskPolicy, SeatSpec
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.rules.pitch_check import pitch_faults
from core.schemas.briefs import PitchBrief
from core.schemas.pitch import Abstention, Pitch, PitchAnswer
from core.schemas.run import RunSpec
from core.stage import BaseStage
from core.stages.asking import Asker, Question, abstention, one_after_the_other
from core.types import deterministic_id


class PitchStage(BaseStage):
    """One idea a seat, in seat order whoever answers first. No seat's failure stops another."""

    name = "pitch"
    needs: tuple[ContextKey[Any], ...] = (RUN, MARKET_SNAPSHOT, RESEARCH_PACK_A, RESEARCH_PACK_B)
    gives = (PM_PITCHES, PITCH_ABSTENTIONS)

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> None:
        self._asker = Asker.of("pitch", model, prompts, policy)
        self._seats = policy.seats
        self._max_bullets = policy.council.max_thesis_bullets
        self.timeout_s = self._asker.longest(one_after_the_other(policy.seats))

    def depends_on(self) -> JsonValue:
        return {
            **self._asker.depends_on(),
            "seats": {seat.account_id: seat.model for seat in self._seats},
            "max_thesis_bullets": self._max_bullets,
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        run, brief = context[RUN], self._brief(context)
        said = await asyncio.gather(*(self._ask(seat, brief, run) for seat in self._seats))
        pitches = tuple(one for one in said if isinstance(one, Pitch))
        absent = tuple(one for one in said if isinstance(one, Abstention))
        return context.bind(PM_PITCHES, pitches).bind(PITCH_ABSTENTIONS, absent)

    def _brief(self, context: PipelineContext) -> PitchBrief:
        run = context[RUN]
        return PitchBrief(
            week_id=run.week_id,
            as_of=run.as_of,
            snapshot=context[MARKET_SNAPSHOT],
            pack_a=context[RESEARCH_PACK_A],
            pack_b=context[RESEARCH_PACK_B],
        )

    async def _ask(self, seat: SeatSpec, brief: PitchBrief, run: RunSpec) -> Pitch | Abstention:
        question = Question(
            call=f"pitch/{seat.account_id}",
            model=seat.model,
            brief=brief,
            schema=PitchAnswer,
            check=lambda answer: self._check(answer, brief),
        )
        try:
            answer = await self._asker.ask(question)
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError) as error:
            return abstention(seat.account_id, seat.model, error)
        return _pitch(answer.value, seat, run)

    def _check(self, answer: PitchAnswer, brief: PitchBrief) -> None:
        faults = list(pitch_faults(answer, brief.snapshot, (brief.pack_a, brief.pack_b)))
        if len(answer.thesis_bullets) > self._max_bullets:
            faults.append(f"thesis_bullets: give at most {self._max_bullets}")
        if faults:
            raise ValueError("; ".join(faults))


class RecallingPitchStage(PitchStage):
    """Pitches written with the most similar weeks before them."""

    needs = (*PitchStage.needs, SIMILAR_WEEKS)

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> None:
        super().__init__(model, prompts, policy)
        self._asker = replace(self._asker, template="pitch_recalling")

    def _brief(self, context: PipelineContext) -> PitchBrief:
        weeks = context[SIMILAR_WEEKS]
        return super()._brief(context).model_copy(update={"similar_weeks": weeks})


def _pitch(answer: PitchAnswer, seat: SeatSpec, run: RunSpec) -> Pitch:
    said = {name: getattr(answer, name) for name in PitchAnswer.model_fields}
    return Pitch(
        **said,
        idea_id=str(deterministic_id("idea", run.run_id, seat.account_id)),
        week_id=run.week_id,
        account_id=seat.account_id,
        model=seat.model,
        timestamp=run.as_of,
    )
