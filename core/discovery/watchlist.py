"""The watchlist: a pure fold over the strategy's discovery stream, and its next state after a round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from core.events.discovery import (
    SymbolExcluded,
    SymbolIncluded,
    SymbolReleased,
    WatchlistChanged,
    WatchRemoval,
)
from core.events.envelope import Event
from core.schemas.suggestion import Pick, Picker, Suggestion, WatchEntry
from core.types import deterministic_id

WordT = TypeVar("WordT", SymbolIncluded, SymbolExcluded)
LARGEST = 20
STAND_IN = "by rules/"
CONFIGURED = "always watched, by the strategy's configuration"
NEVER = "never watched, by the strategy's configuration"


@dataclass(frozen=True, slots=True)
class Watchlist:
    """``entries`` in their order; ``pins`` and ``excluded`` are people's words, by symbol.

    A pinned symbol is always among the entries, an excluded one never, and there are never more
    than ``max_size`` entries unless people pinned more than that.
    """

    entries: tuple[WatchEntry, ...] = ()
    pins: Mapping[str, SymbolIncluded] = field(default_factory=dict)
    excluded: Mapping[str, SymbolExcluded] = field(default_factory=dict)
    max_size: int = LARGEST

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(entry.symbol for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the configuration always (``watch``) and never wants; a person's word is stronger."""

    watch: Sequence[str] = ()
    never: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """The list after a round, and what that added and removed."""

    entries: tuple[WatchEntry, ...]
    added: tuple[WatchEntry, ...]
    removed: tuple[WatchRemoval, ...]


def fold(events: Iterable[Event], start: Watchlist | None = None) -> Watchlist:
    """The list after these events; events of other types change nothing."""
    state = start or Watchlist()
    for event in events:
        state = apply(state, event)
    return state


def apply(state: Watchlist, event: Event) -> Watchlist:
    match event:
        case WatchlistChanged():
            held = replace(state, entries=event.entries, max_size=event.max_size)
        case SymbolIncluded():
            pins = {**state.pins, event.symbol: event}
            held = replace(
                state,
                entries=(_pinned(event), *_without(state.entries, event.symbol)),
                pins=pins,
                excluded=_dropped(state.excluded, event.symbol),
                max_size=event.max_size,
            )
        case SymbolExcluded():
            excluded = {**state.excluded, event.symbol: event}
            held = replace(
                state,
                pins=_dropped(state.pins, event.symbol),
                excluded=excluded,
            )
        case SymbolReleased():
            held = _released(state, event.symbol)
        case _:
            return state
    return _lawful(held)


def after_round(
    state: Watchlist,
    suggestions: Sequence[Suggestion],
    standing: Standing,
    max_size: int,
    at: datetime,
) -> Move:
    """People's pins first, then the configuration's, then suggestions by rank until it is full.

    What was on the list keeps the instant it was added; a reason says why an entry left.
    """
    before = {entry.symbol: entry for entry in state.entries}
    barred = {*state.excluded, *(name for name in standing.never if name not in state.pins)}
    wanted = [_pinned(word) for word in state.pins.values()]
    pinned = {entry.symbol for entry in wanted}
    always = dict.fromkeys(name for name in standing.watch if name not in barred | pinned)
    wanted += [_configured(name, at) for name in always][: max(max_size - len(wanted), 0)]
    taken = {entry.symbol for entry in wanted}
    picked = [one for one in suggestions if one.symbol not in barred | taken]
    wanted += [_suggested(one) for one in picked[: max(max_size - len(wanted), 0)]]
    entries = tuple(_since(entry, before) for entry in wanted)
    ranks = {one.symbol: one.rank for one in suggestions}
    kept = {entry.symbol for entry in entries}
    removed = tuple(
        _removal(entry, _why(entry.symbol, state, standing, ranks))
        for symbol, entry in before.items()
        if symbol not in kept
    )
    added = tuple(entry for entry in entries if entry.symbol not in before)
    return Move(entries, added, removed)


def _lawful(state: Watchlist) -> Watchlist:
    """Excluded out, pins in, and what is too much cut from the end: never a pin."""
    entries = [entry for entry in state.entries if entry.symbol not in state.excluded]
    there = {entry.symbol for entry in entries}
    entries = [_pinned(word) for name, word in state.pins.items() if name not in there] + entries
    free = max(state.max_size - sum(entry.symbol in state.pins for entry in entries), 0)
    kept = []
    for entry in entries:
        if entry.symbol in state.pins:
            kept.append(entry)
        elif free:
            kept.append(entry)
            free -= 1
    return replace(state, entries=tuple(kept))


def _released(state: Watchlist, symbol: str) -> Watchlist:
    """Neither pinned nor excluded; an entry that stood there by the pin alone waits for the next round."""
    return replace(
        state,
        entries=tuple(
            entry.model_copy(update={"pinned": False}) if entry.symbol == symbol else entry
            for entry in state.entries
        ),
        pins=_dropped(state.pins, symbol),
        excluded=_dropped(state.excluded, symbol),
    )


def _pinned(word: SymbolIncluded) -> WatchEntry:
    return WatchEntry(
        symbol=word.symbol,
        source=Picker.MANUAL,
        score=1.0,
        reason=f"{word.reason} (by {word.by})"[:400],
        added_at=word.at,
        pinned=True,
    )


def _configured(symbol: str, at: datetime) -> WatchEntry:
    return WatchEntry(
        symbol=symbol,
        source=Picker.MANUAL,
        score=1.0,
        reason=CONFIGURED,
        added_at=at,
        pinned=True,
    )


def _suggested(one: Suggestion) -> WatchEntry:
    picks = [pick for pick in one.picks if pick.picked]
    names = ", ".join(f"{spoken_by(pick)} {pick.score:.2f}" for pick in picks)
    return WatchEntry(
        symbol=one.symbol,
        source=picks[0].picker if len(picks) == 1 else Picker.ENSEMBLE,
        score=one.score,
        reason=f"rank {one.rank} ({names})",
        added_at=one.as_of,
        suggestion_id=one.suggestion_id,
    )


def spoken_by(pick: Pick) -> str:
    """The picker's name; the model picker's rules stand-in is called what it is."""
    stood_in = any(reason.startswith(STAND_IN) for reason in pick.reasons)
    return "rules" if stood_in else pick.picker.value


def _since(entry: WatchEntry, before: Mapping[str, WatchEntry]) -> WatchEntry:
    held = before.get(entry.symbol)
    return entry if held is None else entry.model_copy(update={"added_at": held.added_at})


def _why(symbol: str, state: Watchlist, standing: Standing, ranks: Mapping[str, int]) -> str:
    if symbol in state.excluded:
        word = state.excluded[symbol]
        return f"excluded by {word.by}: {word.reason}"
    if symbol in standing.never:
        return NEVER
    if symbol in ranks:
        return f"rank {ranks[symbol]}: others come first"
    return "no longer suggested"


def _removal(entry: WatchEntry, why: str) -> WatchRemoval:
    return WatchRemoval(
        symbol=entry.symbol,
        source=entry.source,
        score=entry.score,
        reason=why[:400],
        added_at=entry.added_at,
    )


def _without(entries: Iterable[WatchEntry], symbol: str) -> tuple[WatchEntry, ...]:
    return tuple(entry for entry in entries if entry.symbol != symbol)


def _dropped(words: Mapping[str, WordT], symbol: str) -> Mapping[str, WordT]:
    return {name: word for name, word in words.items() if name != symbol}


def round_id(strategy: str, as_of: datetime) -> str:
    """The id of the round of that instant: asked for twice, it is the same round."""
    return str(deterministic_id("discovery", strategy, as_of.isoformat()))
