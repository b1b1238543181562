"""What a round of discovery leaves in the log: its suggestions, the list's move, and the round itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.clock import in_new_york
from core.desk.watching import discovery_stream, versioned
from core.desk.writing import new_event
from core.discovery.round import Found
from core.discovery.settings import DiscoverySettings
from core.discovery.watchlist import Standing, after_round
from core.errors import ConcurrencyError
from core.events.discovery import (
    DiscoveryRan,
    DiscoverySettingsRecorded,
    DivergedPair,
    PickersDiverged,
    SymbolsSuggested,
    WatchlistChanged,
)
from core.events.envelope import Append, NewEvent
from core.ports import EventStore
from core.strategy import StrategySpec
from core.types import StreamId, week_of

ATTEMPTS = 10


def record_round(
    store: EventStore,
    spec: StrategySpec,
    settings: DiscoverySettings,
    ran: DiscoveryRan,
    found: Found,
) -> None:
    """Suggestions, divergences, the list's move and the round itself, together or not at all."""
    stream = discovery_stream(ran.strategy)
    for left in reversed(range(ATTEMPTS)):
        changed, version = _moved(store, spec, settings, ran, found)
        events = [*_settings(store, settings, stream, ran.as_of), *_events(ran, found, changed)]
        try:
            store.commit([Append(stream, events, version)])
        except ConcurrencyError:  # a person's word came between: the list is made again around it
            if not left:
                raise
        else:
            return


def _moved(
    store: EventStore,
    spec: StrategySpec,
    settings: DiscoverySettings,
    ran: DiscoveryRan,
    found: Found,
) -> tuple[WatchlistChanged, int]:
    state, version = versioned(store, ran.strategy)
    size = settings.max_watchlist
    standing = Standing(spec.universe.watch, spec.universe.never)
    move = after_round(state, found.ranking.suggestions, standing, size, ran.as_of)
    changed = WatchlistChanged(
        round_id=ran.round_id,
        strategy=ran.strategy,
        as_of=ran.as_of,
        max_size=size,
        entries=move.entries,
        added=move.added,
        removed=move.removed,
    )
    return changed, version


def _settings(
    store: EventStore, settings: DiscoverySettings, stream: StreamId, at: datetime
) -> Sequence[NewEvent]:
    """The settings under their fingerprint, before the first round that goes by them."""
    event = DiscoverySettingsRecorded(
        fingerprint=settings.fingerprint, settings=settings.model_dump(mode="json")
    )
    new = new_event(stream, event, [event.fingerprint], at)
    return [] if store.find(str(new.event_id)) is not None else [new]


def _events(ran: DiscoveryRan, found: Found, changed: WatchlistChanged) -> Sequence[NewEvent]:
    stream, at, identity = discovery_stream(ran.strategy), ran.as_of, ran.round_id
    suggested = SymbolsSuggested(
        round_id=identity,
        strategy=ran.strategy,
        as_of=at,
        suggestions=found.ranking.suggestions,
    )
    pairs = tuple(
        DivergedPair(symbol=one.symbol, metric=one.metric, llm=one.llm)
        for one in found.ranking.divergences
    )
    parted = (
        [PickersDiverged(round_id=identity, strategy=ran.strategy, as_of=at, pairs=pairs)]
        if pairs
        else []
    )
    week = week_of(in_new_york(at).date())
    return [
        new_event(stream, suggested, [identity], at, week_id=week),
        *(new_event(stream, one, [identity], at, week_id=week) for one in parted),
        new_event(stream, changed, [identity], at, week_id=week),
        new_event(stream, ran, [identity], at, week_id=week),
    ]
