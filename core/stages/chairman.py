"""The chairman: one trade of those pitched or FLAT, chosen blind, along a chain of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import ModelError, StructuredError, UnknownPrompt
from core.keys import (
    CHAIRMAN_DECISION,
    LABEL_TO_MODEL,
    MARKET_SNAPSHOT,
    PEER_REVIEWS,
    PM_PITCHES,
    RESEARCH_PACK_A,
    RESEARCH_PACK_B,
    RUN,
)
from core.policy import DeskPolicy
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.rules.chairman_view import CHAIRMAN, ChairmanView, chairman_view
from core.rules.decisions import check_answer, decided, flat_decision, with_names
from core.rules.quorum import backing_pitch, quorum_gap
from core.schemas.briefs import ChairmanBrief
from core.schemas.decision import ChairmanAnswer, ChairmanDecision, DecisionOrigin
from core.schemas.pitch import Pitch
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.run import RunSpec
from core.stage import BaseStage
from core.stages.asking import Asker, Question, one_after_the_other


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the chairman decides on; ``names``: label or reviewer → the name people read."""

    run: RunSpec
    brief: ChairmanBrief
    pitches: tuple[Pitch, ...]
    reviews: tuple[PeerReview, ...]
    names: Mapping[str, str]


class ChairmanStage(BaseStage):
    """Asks the chairman, then its deputies in order; below quorum nobody is asked.

    No quorum, or nobody with a usable answer, is a FLAT decision that says so, never a failed week.
    """

    name = "chairman"
    needs = (
        RUN,
        MARKET_SNAPSHOT,
        RESEARCH_PACK_A,
        RESEARCH_PACK_B,
        PM_PITCHES,
        PEER_REVIEWS,
        LABEL_TO_MODEL,
    )
    gives = (CHAIRMAN_DECISION,)

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> None:
        self._asker = Asker.of("chairman", model, prompts, policy)
        self._chain = (policy.profile.chairman, *policy.profile.chairman_chain)
        self._seats = policy.seats
        self._rules = policy.council
        self._terms = policy.identity_terms()
        self.timeout_s = self._asker.longest(one_after_the_other(self._chain))

    def depends_on(self) -> JsonValue:
        return {
            **self._asker.depends_on(),
            "chain": [spec.model for spec in self._chain],
            "seats": {seat.account_id: seat.name for seat in self._seats},
            "quorum": [self._rules.quorum_pitches, self._rules.quorum_reviews],
            "identity_terms": list(self._terms),
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        pitches, reviews = context[PM_PITCHES], context[PEER_REVIEWS]
        gap = quorum_gap(pitches, reviews, self._rules)
        if gap is not None:
            decision = flat_decision(context[RUN], DecisionOrigin.NO_QUORUM, gap)
        else:
            decision = await self._decide(self._hearing(context))
        return context.bind(CHAIRMAN_DECISION, decision)

    async def _decide(self, hearing: Hearing) -> ChairmanDecision:
        failures: list[str] = []
        for place, spec in enumerate(self._chain):
            try:
                answer = await self._ask(place, hearing)
            except UnknownPrompt:
                raise
            except (ModelError, StructuredError) as error:
                failures.append(f"{spec.model}: {type(error).__name__}: {error}")
                continue
            origin = DecisionOrigin.FALLBACK if place else DecisionOrigin.CHAIRMAN
            backing = backing_pitch(answer.selected_trade, hearing.pitches, hearing.reviews)
            return decided(
                with_names(answer, hearing.names), origin, spec.model, hearing.run, backing
            )
        reason = f"no chairman gave a usable answer: {'; '.join(failures)}"
        return flat_decision(hearing.run, DecisionOrigin.CHAIRMAN_FAILED, reason)

    async def _ask(self, place: int, hearing: Hearing) -> ChairmanAnswer:
        question = Question(
            call=f"chairman/fallback/{place}" if place else "chairman",
            model=self._chain[place].model,
            brief=hearing.brief,
            schema=ChairmanAnswer,
            check=lambda answer: check_answer(answer, hearing.pitches, hearing.names),
        )
        return (await self._asker.ask(question)).value

    def _hearing(self, context: PipelineContext) -> Hearing:
        run, pitches, reviews = context[RUN], context[PM_PITCHES], context[PEER_REVIEWS]
        label_map = context[LABEL_TO_MODEL]
        view = chairman_view(pitches, reviews, label_map, self._terms, run.seed)
        brief = ChairmanBrief(
            week_id=run.week_id,
            as_of=run.as_of,
            snapshot=context[MARKET_SNAPSHOT],
            pack_a=unsigned(context[RESEARCH_PACK_A], "pack A"),
            pack_b=unsigned(context[RESEARCH_PACK_B], "pack B"),
            seats=len(self._seats),
            pitches=view.pitches,
            reviews=view.reviews,
        )
        return Hearing(run, brief, pitches, reviews, self._names(view, label_map[CHAIRMAN]))

    def _names(self, view: ChairmanView, labels: Mapping[str, str]) -> dict[str, str]:
        people: Mapping[str, str] = {seat.account_id: seat.name for seat in self._seats}
        by_label = {label: people[account] for label, account in sorted(labels.items())}
        return by_label | {number: people[account] for account, number in view.reviewers.items()}


def unsigned(outcome: ResearchOutcome, name: str) -> ResearchOutcome:
    """The same research without who did it, also not in the reason why it is missing."""
    pack = outcome.pack
    if pack is None:
        return ResearchOutcome(source=name, missing_because="it did not arrive")
    return ResearchOutcome(
        source=name, pack=pack.model_copy(update={"research_source": name, "citations": ()})
    )
