"""Replay of a trading cycle: its agents again in scratch storage, from recorded answers alone.

The market as it was frozen is the first of those answers; the account in it is folded anew from the
log, and so is what came of the cycle's orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from core.clock import FixedClock
from core.desk.cycle_account import AccountView
from core.desk.cycle_replay_report import compare_cycle
from core.desk.cycle_trades import run_stream
from core.desk.cycles import LATE, run_cycle, session_of
from core.desk.desk import Desk
from core.desk.recorded_cycle import RecordedCycle, recorded_cycle
from core.desk.recorded_week import ReplayCursor
from core.desk.replay import BATCH, as_appended
from core.desk.replay_report import Difference, ReplayReport
from core.desk.strategy_ports import Strategy
from core.desk.writing import account_stream
from core.errors import CouncilError
from core.events.cycle import CycleMarketFrozen
from core.events.envelope import Append, StoredEvent
from core.ports import EventStore
from core.schemas.breaker import Halt
from core.schemas.cycle import CycleMarket, CycleSymbol, Held
from core.types import AccountId, RunId, StreamId

ScratchCycle = Callable[[RecordedCycle, ReplayCursor], Desk]
"""Builds a desk over an empty scratch store whose one strategy answers from the record alone."""


@dataclass(frozen=True, slots=True)
class FrozenHalts:
    """The `Halts` a cycle saw when it froze its market."""

    halts: tuple[Halt, ...]

    def of(
        self,
        account_id: AccountId,
        slot: str | None = None,
    ) -> tuple[Halt, ...]:
        return self.halts


async def replay_cycle(store: EventStore, cycle_id: str, scratch: ScratchCycle) -> ReplayReport:
    """Re-execute the cycle under its own id, settings and prompts; nothing outside is asked.

    BadInput for a cycle that is not there, or has not ended.
    """
    known, cursor = recorded_cycle(store, cycle_id), ReplayCursor()
    cursor.position = known.end.position
    desk = scratch(known, cursor)
    desk = replace(desk, recorded_halts=FrozenHalts(known.market.account.halts))
    [strategy] = desk.strategies
    _copy_found(store, desk.store, known)
    account = _account_difference(desk, strategy, known)
    failure = await _again(desk, strategy, known)
    _copy_later(store, desk.store, known)
    strategy.trades.tell()
    return compare_cycle(store, desk.store, known, (account, failure))


async def _again(desk: Desk, strategy: Strategy, known: RecordedCycle) -> CouncilError | None:
    """The cycle from its frozen market on; what ended it early, if anything did."""
    as_of, clock = known.cycle.run.as_of, desk.clock
    assert isinstance(clock, FixedClock)  # a replay has no time of its own
    if known.outcome.startswith(LATE):
        closes = desk.calendar.session_close(session_of(desk.calendar, as_of))
        clock.move_to(closes + timedelta(seconds=1))
    try:
        await run_cycle(desk, strategy, known.request)
    except CouncilError as error:
        return error
    return None


def _copy_found(store: EventStore, scratch: EventStore, known: RecordedCycle) -> None:
    """What the cycle found: its account, its request and market, and which other cycles there are."""
    at, run_id = known.frozen.position, known.cycle.run.run_id
    account = list(store.read(account_stream(known.cycle.spec.account_id)))
    _copy(store, scratch, [row for row in account if row.position < at])
    _copy(store, scratch, [row for row in store.read(run_stream(run_id)) if row.position <= at])
    others = dict.fromkeys(row.run_id for row in account if row.run_id not in (None, run_id))
    for other in others:
        first = next(iter(store.read(run_stream(RunId(str(other))))), None)
        _copy(store, scratch, [] if first is None else [first])


def _copy_later(store: EventStore, scratch: EventStore, known: RecordedCycle) -> None:
    """What the account did besides, then and since: fills are the broker's answers."""
    stream = account_stream(known.cycle.spec.account_id)
    there = {row.event_id for row in scratch.read(stream)}
    _copy(store, scratch, [row for row in store.read(stream) if row.event_id not in there])


def _copy(store: EventStore, scratch: EventStore, rows: Sequence[StoredEvent]) -> None:
    """The rows of one stream, appended to what is there of it."""
    for start in range(0, len(rows), BATCH):
        stream = StreamId(rows[start].stream_id)
        batch = [as_appended(store, row) for row in rows[start : start + BATCH]]
        scratch.commit([Append(stream, batch, scratch.head(stream).version)])


def _account_difference(desk: Desk, strategy: Strategy, known: RecordedCycle) -> Difference | None:
    """Whether the account the agents were told of is the one the log gives."""
    said, market = known.market.account, known.market
    found = AccountView(desk, strategy).account(_prices(market), _sectors(market), market.as_of)
    names = type(said).model_fields
    wrong = [name for name in names if getattr(found, name) != getattr(said, name)]
    if not wrong:
        return None
    row = known.frozen
    detail = f"the log gives another account than the agents were told: {', '.join(wrong)}"
    return Difference(
        row.stream_id, row.version, CycleMarketFrozen.__name__, "cycle_market", detail
    )


def _prices(market: CycleMarket) -> dict[str, Decimal]:
    seen = (*market.symbols, *((market.benchmark,) if market.benchmark else ()))
    held = {one.symbol: one.price for one in market.account.held}
    return {**held, **{one.symbol: one.price for one in seen}}


def _sectors(market: CycleMarket) -> dict[str, str]:
    seen: Iterable[CycleSymbol | Held] = (*market.symbols, *market.account.held)
    return {one.symbol: one.sector for one in seen if one.sector}
