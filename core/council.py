"""The bare council: any question, answered in parallel, ranked anonymously, synthesised by a chairman.

The pattern of karpathy/llm-council as three stages on the same pipeline. Deliberately unlike it:
labels and order are random for each ranker, nobody ranks its own answer, the chairman sees labels
only, and a member that fails is recorded instead of dropped. Deliberately not scrubbed: a question
may be about the very models that answer it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import ModelError, ModelUnavailable, UnknownPrompt
from core.keys import (
    AGGREGATE_RANKINGS,
    CONVERSATION_ID,
    RESPONSE_LABELS,
    STAGE1_RESULTS,
    STAGE2_RESULTS,
    STAGE3_RESULT,
    USER_QUERY,
    Labels,
)
from core.rules.blinding import labels, others
from core.rules.chairman_view import CHAIRMAN
from core.rules.rankings import aggregate_rankings, parse_ranking
from core.rules.relabelled import relabel, translation
from core.schemas.conversation import ModelRanking, ModelResponse, RankedModel, Synthesis
from core.stage import BaseStage
from core.stages.asking import SLACK_S, shortened
from core.stages.council_table import CouncilTable

__all__ = [
    "CollectRankingsStage",
    "CollectResponsesStage",
    "CouncilTable",
    "SynthesizeFinalStage",
    "aggregate_rankings",
    "parse_ranking",
]

PREFIX = "Response"
ENOUGH_TO_RANK = 2


class CollectResponsesStage(BaseStage):
    """Every member answers at the same time; ModelUnavailable when none of them does."""

    name = "collect_responses"
    needs = (USER_QUERY, CONVERSATION_ID)
    gives = (STAGE1_RESULTS,)

    def __init__(self, table: CouncilTable) -> None:
        self._table = table
        self.timeout_s = table.settings.timeout_s + SLACK_S

    def depends_on(self) -> JsonValue:
        return self._table.depends_on("council_answer", self._table.members)

    async def run(self, context: PipelineContext) -> PipelineContext:
        values = {"question": context[USER_QUERY]}
        asked = (
            self._answer(f"council/answer/{place}", model, values)
            for place, model in enumerate(self._table.members, 1)
        )
        responses = tuple(await asyncio.gather(*asked))
        if all(response.failed for response in responses):
            reasons = "; ".join(str(response.failed) for response in responses)
            raise ModelUnavailable(f"no member of the council answered: {reasons}")
        return context.bind(STAGE1_RESULTS, responses)

    async def _answer(self, call: str, model: str, values: Mapping[str, object]) -> ModelResponse:
        try:
            text = await self._table.ask(call, model, "council_answer", values)
        except UnknownPrompt:
            raise
        except ModelError as error:
            return ModelResponse(model=model, response="", failed=shortened(str(error)))
        return ModelResponse(model=model, response=text)


class CollectRankingsStage(BaseStage):
    """Every member ranks the others' answers, also one that gave none itself."""

    name = "collect_rankings"
    needs = (USER_QUERY, CONVERSATION_ID, STAGE1_RESULTS)
    gives = (RESPONSE_LABELS, STAGE2_RESULTS, AGGREGATE_RANKINGS)

    def __init__(self, table: CouncilTable) -> None:
        self._table = table
        self.timeout_s = table.settings.timeout_s + SLACK_S

    def depends_on(self) -> JsonValue:
        return self._table.depends_on("council_ranking", self._table.members)

    async def run(self, context: PipelineContext) -> PipelineContext:
        question, seed = context[USER_QUERY], context[CONVERSATION_ID]
        responses = context[STAGE1_RESULTS]
        texts = spoken(responses)
        viewers = (*self._table.members, CHAIRMAN)
        label_map = {viewer: shown_to(viewer, seed, texts) for viewer in viewers}
        asked = (
            self._rank(place, model, question, _shown_texts(label_map[model], texts))
            for place, model in enumerate(self._table.members, 1)
        )
        rankings = tuple(await asyncio.gather(*asked))
        return (
            context.bind(RESPONSE_LABELS, label_map)
            .bind(STAGE2_RESULTS, rankings)
            .bind(AGGREGATE_RANKINGS, aggregate_by_ranker(rankings, label_map))
        )

    async def _rank(
        self, place: int, model: str, question: str, shown: Sequence[tuple[str, str]]
    ) -> ModelRanking:
        if len(shown) < ENOUGH_TO_RANK:
            return _no_ranking(model, "", f"only {len(shown)} answer of others to rank")
        values = {"question": question, "responses": shown}
        try:
            text = await self._table.ask(
                f"council/ranking/{place}", model, "council_ranking", values
            )
        except UnknownPrompt:
            raise
        except ModelError as error:
            return _no_ranking(model, "", shortened(str(error)))
        known = [label for label, _ in shown]
        parsed = tuple(label for label in parse_ranking(text) if label in known)
        if not parsed:
            return _no_ranking(model, text, "no ranking of the labels shown could be read")
        return ModelRanking(model=model, ranking=text, parsed_ranking=parsed)


class SynthesizeFinalStage(BaseStage):
    """The chairman's answer, then its deputies' in order; ModelUnavailable when none gives one."""

    name = "synthesize_final"
    needs = (USER_QUERY, STAGE1_RESULTS, RESPONSE_LABELS, STAGE2_RESULTS, AGGREGATE_RANKINGS)
    gives = (STAGE3_RESULT,)

    def __init__(self, table: CouncilTable) -> None:
        self._table = table
        self.timeout_s = table.settings.timeout_s * len(table.chairmen) + SLACK_S

    def depends_on(self) -> JsonValue:
        return self._table.depends_on("council_synthesis", self._table.chairmen)

    async def run(self, context: PipelineContext) -> PipelineContext:
        values = self._material(context)
        failures: list[str] = []
        for place, model in enumerate(self._table.chairmen):
            call = f"council/synthesis/fallback/{place}" if place else "council/synthesis"
            try:
                text = await self._table.ask(call, model, "council_synthesis", values)
            except UnknownPrompt:
                raise
            except ModelError as error:
                failures.append(str(error))
                continue
            return context.bind(STAGE3_RESULT, Synthesis(model=model, response=text))
        raise ModelUnavailable(f"no chairman answered: {'; '.join(failures)}")

    def _material(self, context: PipelineContext) -> dict[str, object]:
        """What the chairman reads: everything under its own labels, nobody's name."""
        responses, label_map = context[STAGE1_RESULTS], context[RESPONSE_LABELS]
        mine, texts = label_map[CHAIRMAN], spoken(responses)
        label_of = {model: label for label, model in mine.items()}
        return {
            "question": context[USER_QUERY],
            "seats": len(responses),
            "failed": len(responses) - len(texts),
            "responses": sorted((label_of[model], text) for model, text in texts.items()),
            "rankings": [
                _as_seen_by_chairman(ranking, translation(label_map[ranking.model], label_of))
                for ranking in context[STAGE2_RESULTS]
                if not ranking.failed
            ],
            "aggregate": [
                (label_of[place.model], place.average_rank, place.rankings_count)
                for place in context[AGGREGATE_RANKINGS]
            ],
        }


def spoken(responses: Sequence[ModelResponse]) -> dict[str, str]:
    """Model → answer, of those that gave one."""
    return {one.model: one.response for one in responses if not one.failed}


def shown_to(viewer: str, seed: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Label → model in the order that viewer sees, without its own answer."""
    theirs = list(others(viewer, texts))
    return {one.label: one.item for one in labels(seed, viewer, theirs, PREFIX)}


def aggregate_by_ranker(
    rankings: Sequence[ModelRanking], label_map: Labels
) -> tuple[RankedModel, ...]:
    """Mean place of each model, every ballot read under its own ranker's labels."""
    ballots = [
        [label_map[ranking.model][label] for label in ranking.parsed_ranking]
        for ranking in rankings
    ]
    models = {model for ballot in ballots for model in ballot}
    return tuple(aggregate_rankings(ballots, {model: model for model in models}))


def _shown_texts(shown: Mapping[str, str], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, texts[model]) for label, model in shown.items()]


def _as_seen_by_chairman(
    ranking: ModelRanking, renamed: Mapping[str, str]
) -> tuple[list[str], str]:
    order = [renamed[label] for label in ranking.parsed_ranking]
    return order, relabel(ranking.ranking, renamed)


def _no_ranking(model: str, text: str, reason: str) -> ModelRanking:
    return ModelRanking(model=model, ranking=text, parsed_ranking=(), failed=reason)
