"""What a cycle hears beside prices: headlines and similar setups, or in words why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadInput, ConfigError, MarketError, RecallError
from core.market import Headline
from core.ports import NewsFeed, Recall
from core.rules.setup_text import setup_text
from core.schemas.cycle import NO_FEED, NO_MEMORY, CycleHeadline, CycleSymbol
from core.schemas.setups import Collection
from core.stages.asking import shortened

MOST_HEADLINES, HEADLINES_EACH = 60, 3
LONGEST_HEADLINE, LONGEST_SOURCE = 300, 60
SIMILAR = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest headlines of ``source``; ``silence`` says why there are none at all."""

    headlines: Sequence[Headline] = ()
    source: str = ""
    silence: str = ""

    def of(self, symbol: str) -> tuple[CycleHeadline, ...]:
        """The newest on one symbol, cut to what a reader needs."""
        own = (one for one in self.headlines if symbol in one.symbols)
        return tuple(_cut(one) for one in own)[:HEADLINES_EACH]


def _cut(one: Headline) -> CycleHeadline:
    return CycleHeadline(
        headline=one.headline[:LONGEST_HEADLINE],
        source=one.source[:LONGEST_SOURCE],
        published=one.published,
    )


def hear_news(news: NewsFeed | None, symbols: Sequence[str], as_of: datetime) -> Heard:
    """A feed that fails stops no cycle: it is said.

    Where much is written of a few symbols, the others are asked for once more by themselves.
    """
    if news is None:
        return Heard(silence=NO_FEED)
    try:
        found = list(news.headlines(symbols, as_of, MOST_HEADLINES))
        told = {symbol for one in found for symbol in one.symbols}
        rest = [symbol for symbol in symbols if symbol not in told]
        if rest and len(found) >= MOST_HEADLINES:
            found += news.headlines(rest, as_of, MOST_HEADLINES)
    except (MarketError, ConfigError) as error:
        why = shortened(f"{news.source} gave no answer: {error}")
        return Heard(source=news.source, silence=why)
    return Heard(tuple(dict.fromkeys(found)), news.source)


def recalled(
    recall: Recall | None, assets: Sequence[CycleSymbol], as_of: datetime
) -> tuple[tuple[CycleSymbol, ...], str]:
    """The assets with their similar setups, and "", or as they are, and why memory was not asked.

    All or nothing: a symbol without neighbours beside one that has some would look unlike anything.
    """
    if recall is None:
        return tuple(assets), NO_MEMORY
    try:
        near = [
            tuple(recall.similar(Collection.SETUPS, setup_text(asset), as_of, SIMILAR))
            for asset in assets
        ]
    except (RecallError, ConfigError, BadInput) as error:
        return tuple(assets), shortened(f"{type(error).__name__}: {error}")
    together = zip(assets, near, strict=True)
    return tuple(one.model_copy(update={"neighbours": found}) for one, found in together), ""
