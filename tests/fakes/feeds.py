"""Feeds by hand: headlines a test writes, and memories that cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.errors import CouncilError
from core.market import NEWS_WINDOW, Headline
from core.schemas.setups import Collection, Neighbour


def headline(text: str, published: datetime, *symbols: str, url: str = "") -> Headline:
    return Headline(text, "a wire", url, symbols, published)


@dataclass
class WrittenNews:
    """The `NewsFeed` over what a test wrote; ``failure`` is raised instead when there is one."""

    written: Sequence[Headline] = ()
    failure: CouncilError | None = None
    source: str = "written"
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        self.asked.append(tuple(symbols))
        if self.failure is not None:
            raise self.failure
        found = [
            one
            for one in self.written
            if set(one.symbols) & set(symbols) and as_of - NEWS_WINDOW < one.published <= as_of
        ]
        return sorted(found, key=lambda one: one.published, reverse=True)[:limit]


@dataclass
class FailingRecall:
    """The `Recall` port that raises from its ``after``-th question on, and has ``found`` before."""

    failure: CouncilError
    after: int = 0
    found: Sequence[Neighbour] = ()
    asked: int = 0

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        self.asked += 1
        if self.asked > self.after:
            raise self.failure
        return self.found[:k]


def minutes_before(at: datetime, minutes: float) -> datetime:
    return at - timedelta(minutes=minutes)
