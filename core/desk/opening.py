"""Opening a desk: what the store is, its settings and prompts on record, its accounts opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.desk.desk import Desk
from core.desk.writing import (
    DESK_STREAM,
    SETTINGS_STREAM,
    account_stream,
    append_one,
    new_event,
)
from core.errors import BadInput
from core.events.account import AccountOpened, SeatModelChanged
from core.events.system import DeskConfigured, PromptsRecorded, SettingsRecorded
from core.policy import DeskPolicy
from core.ports import EventStore
from core.types import StoreKind, WeekId

STRATEGY = "macro_council"
SIMULATED = "SIMULATED"


def configured(store: EventStore) -> DeskConfigured | None:
    """What this store says it is: its newest configuration; None for an empty store."""
    found: DeskConfigured | None = None
    for row in store.read(DESK_STREAM):
        event = store.decode(row)
        if isinstance(event, DeskConfigured):
            found = event
    return found


def desk_kind(store: EventStore) -> StoreKind:
    """What a store is; one that was never configured becomes a real desk's."""
    known = configured(store)
    return known.kind if known is not None else StoreKind.REAL


def refuse_other_kind(store: EventStore, kind: StoreKind) -> None:
    """BadInput when the store holds a desk of another kind: a real one is never mixed with play."""
    known = configured(store)
    if known is not None and known.kind is not kind:
        raise BadInput(
            f"this store holds a {known.kind} desk and a {kind} one was asked for: "
            "give another store with --store URL"
        )


def refuse_other_prices(desk: Desk) -> None:
    """BadInput when generated prices would go on where real ones were used, or the other way round."""
    known = configured(desk.store)
    if known is None or known.market_source == desk.market.source:
        return
    if SIMULATED in (known.market_source, desk.market.source):
        raise BadInput(
            f"this desk's prices are {known.market_source} and would now be {desk.market.source}: "
            "set MARKET_DATA_DIR as before, or give another store with --store URL"
        )


def refuse_other_broker(desk: Desk) -> None:
    """BadInput when another broker would go on with accounts whose orders lie at the first.

    REST and MCP are two ways to the same Alpaca accounts.
    """
    known = configured(desk.store)
    if known is None or _venue(known.broker) == _venue(desk.broker_name):
        return
    raise BadInput(
        f"this desk's orders go to {known.broker} and would now go to {desk.broker_name}: set broker "
        "in config/connections.yaml as before, or give another store with --store URL"
    )


def _venue(broker: str) -> str:
    return "alpaca" if broker.startswith("alpaca") else broker


def open_desk(desk: Desk, at: datetime) -> None:
    """Record what is not on record yet; opening an open desk again changes nothing."""
    refuse_other_kind(desk.store, desk.kind)
    refuse_other_prices(desk)
    refuse_other_broker(desk)
    record_settings(desk, at)
    _configure(desk, at)
    for account in desk.policy.accounts:
        stream = account_stream(account.account_id)
        if desk.books.opened(account.account_id):
            continue
        opened = AccountOpened(
            account_id=account.account_id,
            name=account.name,
            strategy=STRATEGY,
            model=account.model,
            starting_cash=desk.policy.risk.starting_cash,
        )
        append_one(desk.store, stream, new_event(stream, opened, [], at))


def record_settings(desk: Desk, at: datetime) -> None:
    """The policy and the prompt templates under their fingerprints, once each."""
    policy, prompts = desk.policy, desk.prompts
    settings = SettingsRecorded(
        fingerprint=policy.fingerprint(), policy=policy.model_dump(mode="json")
    )
    templates = PromptsRecorded(fingerprint=prompts.fingerprint, templates=prompts.templates)
    for event in (settings, templates):
        new = new_event(SETTINGS_STREAM, event, [event.fingerprint], at)
        if desk.store.find(str(new.event_id)) is None:
            append_one(desk.store, SETTINGS_STREAM, new)


def recorded_policy(store: EventStore, fingerprint: str) -> DeskPolicy:
    """The policy on record under its fingerprint; BadInput when there is none."""
    for row in store.read(SETTINGS_STREAM):
        event = store.decode(row) if row.type == SettingsRecorded.__name__ else None
        if isinstance(event, SettingsRecorded) and event.fingerprint == fingerprint:
            return DeskPolicy.model_validate(event.policy)
    raise BadInput(f"settings {fingerprint[:12]} are not in the store: `verify` it")


def _configure(desk: Desk, at: datetime) -> None:
    event = DeskConfigured(
        kind=desk.kind,
        profile=desk.policy.profile.name,
        settings_fingerprint=desk.policy.fingerprint(),
        market_source=desk.market.source,
        seed=desk.seed,
        broker=desk.broker_name,
    )
    if configured(desk.store) != event:
        version = desk.store.head(DESK_STREAM).version
        append_one(desk.store, DESK_STREAM, new_event(DESK_STREAM, event, [version], at))


def model_changes(desk: Desk, week_id: WeekId) -> Iterator[SeatModelChanged]:
    """Each account whose model is another one now: its track record is split at this week."""
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        if book.model != account.model:
            yield SeatModelChanged(
                account_id=account.account_id,
                week_id=week_id,
                model=account.model,
                previous_model=book.model,
            )
