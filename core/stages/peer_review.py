"""Peer review: every seat scores the others' pitches, under random labels, scrubbed of identity."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import ModelError, StructuredError, UnknownPrompt
from core.keys import (
    IDENTITY_SCRUBBED,
    LABEL_TO_MODEL,
    MARKET_SNAPSHOT,
    PEER_REVIEWS,
    PM_PITCHES,
    REVIEW_ABSTENTIONS,
    RUN,
)
from core.policy import DeskPolicy, SeatSpec
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.rules.anonymity import Scrubber, anonymous_pitch
from core.rules.blinding import labels, others
from core.rules.chairman_view import CHAIRMAN, chairman_view
from core.schemas.briefs import ReviewBrief
from core.schemas.market import MarketSnapshot
from core.schemas.pitch import Abstention, Pitch
from core.schemas.review import PeerReview, ReviewAnswer, ReviewSheet
from core.schemas.run import RunSpec
from core.stage import BaseStage
from core.stages.asking import Asker, Question, abstention, one_after_the_other
from core.types import deterministic_id

ENOUGH_TO_COMPARE = 2


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """What lies before one reviewer: label → pitch in the order shown, and what was scrubbed of it."""

    seat: SeatSpec
    shown: Mapping[str, Pitch]
    brief: ReviewBrief
    scrubbed: Mapping[str, Mapping[str, int]]


class PeerReviewStage(BaseStage):
    """Every seat reviews, also one that abstained from pitching; its own pitch is never on its table.

    With fewer than two pitches there is nothing to compare and nobody is asked. The label map of
    every viewer, the chairman's included, is made here and never enters a prompt.
    """

    name = "peer_review"
    needs = (RUN, MARKET_SNAPSHOT, PM_PITCHES)
    gives = (PEER_REVIEWS, REVIEW_ABSTENTIONS, LABEL_TO_MODEL, IDENTITY_SCRUBBED)

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> None:
        self._asker = Asker.of("peer_review", model, prompts, policy)
        self._seats = policy.seats
        self._terms = policy.identity_terms()
        # Another chairman in a what-if adds a name to scrub, and makes no review stale.
        seats = (seat.identity_terms() for seat in policy.seats)
        self._decisive_terms = sorted({*policy.identities, *(t for terms in seats for t in terms)})
        self.timeout_s = self._asker.longest(one_after_the_other(policy.seats))

    def depends_on(self) -> JsonValue:
        return {
            **self._asker.depends_on(),
            "seats": {seat.account_id: seat.model for seat in self._seats},
            "identity_terms": list(self._decisive_terms),
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        run, pitches = context[RUN], context[PM_PITCHES]
        tables = self._tables(run, context[MARKET_SNAPSHOT], pitches)
        said = await asyncio.gather(*(self._ask(table, run) for table in tables))
        reviews = tuple(one for sheet in said if not isinstance(sheet, Abstention) for one in sheet)
        absent = tuple(sheet for sheet in said if isinstance(sheet, Abstention))
        label_map = _label_map(tables, run, pitches)
        scrubbed: dict[str, Mapping[str, Mapping[str, int]]] = {
            table.seat.account_id: table.scrubbed for table in tables
        }
        scrubbed[CHAIRMAN] = chairman_view(
            pitches, reviews, label_map, self._terms, run.seed
        ).replaced
        return (
            context.bind(PEER_REVIEWS, reviews)
            .bind(REVIEW_ABSTENTIONS, absent)
            .bind(LABEL_TO_MODEL, label_map)
            .bind(IDENTITY_SCRUBBED, scrubbed)
        )

    def _tables(
        self, run: RunSpec, snapshot: MarketSnapshot, pitches: Sequence[Pitch]
    ) -> list[ReviewTable]:
        if len(pitches) < ENOUGH_TO_COMPARE:
            return []
        return [self._table(seat, run, snapshot, pitches) for seat in self._seats]

    def _table(
        self, seat: SeatSpec, run: RunSpec, snapshot: MarketSnapshot, pitches: Sequence[Pitch]
    ) -> ReviewTable:
        shown = _shown(run.seed, seat.account_id, pitches)
        scrubber = Scrubber(self._terms)
        brief = ReviewBrief(
            week_id=run.week_id,
            as_of=run.as_of,
            snapshot=snapshot,
            pitches=tuple(anonymous_pitch(one, label, scrubber) for label, one in shown.items()),
        )
        return ReviewTable(seat, shown, brief, scrubber.replaced())

    async def _ask(self, table: ReviewTable, run: RunSpec) -> tuple[PeerReview, ...] | Abstention:
        seat = table.seat
        question = Question(
            call=f"peer_review/{seat.account_id}",
            model=seat.model,
            brief=table.brief,
            schema=ReviewSheet,
            check=lambda sheet: _check(sheet, table.shown),
        )
        try:
            answer = await self._asker.ask(question)
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError) as error:
            return abstention(seat.account_id, seat.model, error)
        by_label = {review.anonymized_pitch_id: review for review in answer.value.reviews}
        return tuple(
            _review(by_label[label], pitch, position, table, run)
            for position, (label, pitch) in enumerate(table.shown.items(), 1)
        )


def _shown(seed: str, viewer: str, pitches: Sequence[Pitch]) -> dict[str, Pitch]:
    """Label → pitch in the order shown to that viewer; its own is not among them."""
    theirs = others(viewer, {pitch.account_id: pitch for pitch in pitches})
    return {one.label: theirs[one.item] for one in labels(seed, viewer, list(theirs))}


def _label_map(
    tables: Sequence[ReviewTable], run: RunSpec, pitches: Sequence[Pitch]
) -> dict[str, dict[str, str]]:
    """Viewer → label → author, for every reviewer and for the chairman."""
    shown: dict[str, Mapping[str, Pitch]] = {table.seat.account_id: table.shown for table in tables}
    shown[CHAIRMAN] = _shown(run.seed, CHAIRMAN, pitches)
    return {
        viewer: {label: pitch.account_id for label, pitch in theirs.items()}
        for viewer, theirs in shown.items()
    }


def _check(sheet: ReviewSheet, shown: Mapping[str, Pitch]) -> None:
    """ValueError unless each label shown is reviewed exactly once, and no other."""
    reviewed = [review.anonymized_pitch_id for review in sheet.reviews]
    if sorted(reviewed) != sorted(shown):
        raise ValueError(
            f"reviews: give exactly one for each of {', '.join(shown)}; "
            f"anonymized_pitch_id was {', '.join(reviewed) or 'never given'}"
        )


def _review(
    answer: ReviewAnswer, pitch: Pitch, position: int, table: ReviewTable, run: RunSpec
) -> PeerReview:
    reviewer = table.seat
    return PeerReview(
        **{name: getattr(answer, name) for name in ReviewAnswer.model_fields},
        review_id=str(
            deterministic_id("review", run.run_id, reviewer.account_id, pitch.account_id)
        ),
        pitch_id=pitch.idea_id,
        pitch_account_id=pitch.account_id,
        reviewer_account_id=reviewer.account_id,
        reviewer_model=reviewer.model,
        position=position,
        timestamp=run.as_of,
    )
