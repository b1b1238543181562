"""Similar weeks: what came of the weeks most like this one, looked up before anybody pitches."""

from __future__ import annotations

import asyncio

from pydantic import JsonValue

from core.context import PipelineContext
from core.keys import MARKET_SNAPSHOT, RUN, SIMILAR_WEEKS
from core.ports import Recall
from core.rules.week_text import week_text
from core.schemas.setups import Collection
from core.stage import BaseStage


class SimilarWeeksStage(BaseStage):
    """Asks memory by the frozen snapshot; nothing that was not known at ``run.as_of`` comes back."""

    name = "similar_weeks"
    needs = (RUN, MARKET_SNAPSHOT)
    gives = (SIMILAR_WEEKS,)

    def __init__(self, recall: Recall, weeks: int) -> None:
        self._recall = recall
        self._weeks = weeks

    def depends_on(self) -> JsonValue:
        return {"weeks": self._weeks}

    async def run(self, context: PipelineContext) -> PipelineContext:
        text, as_of = week_text(context[MARKET_SNAPSHOT]), context[RUN].as_of
        # The embedder may be a model on this machine or one across the network.
        found = await asyncio.to_thread(
            self._recall.similar, Collection.WEEKS, text, as_of, self._weeks
        )
        return context.bind(SIMILAR_WEEKS, tuple(found))
