"""The watchlist in the log: read, and changed by a person's word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from core.desk.writing import new_event
from core.discovery.watchlist import Watchlist, apply
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.discovery import (
    SymbolExcluded,
    SymbolIncluded,
    SymbolReleased,
    WatchlistChanged,
)
from core.events.envelope import Append
from core.ports import EventStore
from core.strategy import StrategySpec
from core.types import StreamId

Word: TypeAlias = SymbolIncluded | SymbolExcluded | SymbolReleased
WordT = TypeVar("WordT", SymbolIncluded, SymbolExcluded, SymbolReleased)
WordName: TypeAlias = Literal["include", "exclude", "release"]
ATTEMPTS = 10
WORDS = tuple(
    cls.__name__ for cls in (WatchlistChanged, SymbolIncluded, SymbolExcluded, SymbolReleased)
)
_folded: WeakKeyDictionary[EventStore, dict[str, tuple[Watchlist, int]]] = WeakKeyDictionary()
"""As far as each store was read: the log only grows."""


def discovery_stream(strategy: str) -> StreamId:
    return StreamId(f"strategy/{strategy}/discovery")


def forward_stream(strategy: str) -> StreamId:
    """What its suggestions brought."""
    return StreamId(f"strategy/{strategy}/forward")


def comparisons_stream(strategy: str) -> StreamId:
    """Configurations of its pickers that were compared."""
    return StreamId(f"strategy/{strategy}/comparisons")


def watchlist(store: EventStore, strategy: str) -> Watchlist:
    """The list as the log has it now; empty before the first round or word."""
    return versioned(store, strategy)[0]


def versioned(store: EventStore, strategy: str) -> tuple[Watchlist, int]:
    """The list, and the version of the stream it was folded from; each look reads what is new."""
    lists = _folded.setdefault(store, {})
    state, version = lists.get(strategy, (Watchlist(), 0))
    for row in store.read(discovery_stream(strategy), version):
        version = row.version
        if row.type in WORDS:
            state = apply(state, store.decode(row))
    lists[strategy] = state, version
    return state, version


def watched(store: EventStore, spec: StrategySpec) -> Sequence[str]:
    """What the strategy looks at now: its list, or what its file always watches before a first round."""
    state = watchlist(store, spec.name)
    names = dict.fromkeys((*state.symbols, *spec.universe.watch))
    barred = {*state.excluded, *(one for one in spec.universe.never if one not in state.pins)}
    return [name for name in names if name not in barred]


@dataclass(frozen=True, slots=True)
class Saying:
    """A person's word on a symbol: who says it, why, and when."""

    symbol: str
    reason: str
    by: str
    at: datetime


def include(store: EventStore, strategy: str, said: Saying, size: int) -> bool:
    """On the list from now on, whatever pickers say; False when it was pinned already.

    BadInput without a reason, or when the list would hold nothing but pins.
    """
    state, symbol = watchlist(store, strategy), said.symbol
    if symbol not in state.pins and len(state.pins) >= size:
        raise BadInput(
            f"{len(state.pins)} symbols are pinned already and the list holds {size}: release one first"
        )
    word = _word(SymbolIncluded, strategy, said, max_size=size)
    return _say(store, word, unless=lambda held: symbol in held.pins)


def exclude(store: EventStore, strategy: str, said: Saying) -> bool:
    """Off the list from now on, whatever pickers say; False when it was excluded already."""
    word = _word(SymbolExcluded, strategy, said)
    return _say(store, word, unless=lambda held: said.symbol in held.excluded)


def release(store: EventStore, strategy: str, said: Saying) -> bool:
    """Pickers decide again; False when no word of a person stood."""
    word = _word(SymbolReleased, strategy, said)
    return _say(
        store,
        word,
        unless=lambda held: said.symbol not in held.pins and said.symbol not in held.excluded,
    )


def say(store: EventStore, strategy: str, word: WordName, said: Saying, size: int) -> bool:
    """The word by its name; ``size`` is how many the list holds. False when nothing changed."""
    if word == "include":
        return include(store, strategy, said, size)
    return (exclude if word == "exclude" else release)(store, strategy, said)


def _word(kind: type[WordT], strategy: str, said: Saying, **more: int) -> WordT:
    """BadInput for what is no symbol, and without a reason."""
    if not said.reason.strip():
        raise BadInput("a reason is missing: say why with --reason, it is kept with the event")
    try:
        return kind.model_validate(
            {
                "strategy": strategy,
                "symbol": said.symbol,
                "by": said.by,
                "reason": " ".join(said.reason.split())[:300],
                "at": said.at,
                **more,
            }
        )
    except ValidationError as error:
        raise BadInput(
            f"{said.symbol[:40]!r} is no symbol: write it as in NVDA or BRK.B"
        ) from error


def _say(store: EventStore, word: Word, *, unless: Callable[[Watchlist], bool]) -> bool:
    stream = discovery_stream(word.strategy)
    for _ in range(ATTEMPTS):
        state, version = versioned(store, word.strategy)
        if unless(state):
            return False
        new = new_event(stream, word, [word.symbol, version + 1], word.at)
        with suppress(ConcurrencyError, EventConflict):  # another word or round came first
            store.commit([Append(stream, [new], version)])
            return True
    raise ConcurrencyError(f"{stream} is written to without a pause: try again")
