"""The market's conditions at each session's close, heard once and kept as an event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.slots import MARK_AFTER_CLOSE
from core.desk.writing import append_one, new_event
from core.errors import MarketError
from core.events.envelope import event_id
from core.events.memory import ConditionsRemembered
from core.ports import MarketData
from core.rules.conditions import BENCHMARK, conditions_of
from core.stages.market_snapshot import read_universe
from core.types import StreamId, week_of

MEMORY_STREAM = StreamId("system/memory")
VOLATILITY_INDEX = ("VIX", "^VIX")
"""What sources call it."""
MOST_CAUGHT_UP = 10
"""Sessions looked back: what a scheduler that stood still missed, without asking for years."""


def remember_conditions(desk: Desk, at: datetime) -> int:
    """Record the sessions closed by ``at`` that are not recorded yet; how many were new."""
    today = in_new_york(at).date()
    first = desk.calendar.offset(desk.calendar.session_on_or_before(today), -MOST_CAUGHT_UP)
    return sum(_remember(desk, session) for session in due_sessions(desk, first, at))


def due_sessions(desk: Desk, first: date, at: datetime) -> Iterable[date]:
    """Sessions from ``first`` whose close was known by ``at`` and is not recorded, oldest first."""
    for session in desk.calendar.sessions(first, in_new_york(at).date()):
        known = known_from(desk, session)
        recorded = event_id(MEMORY_STREAM, ConditionsRemembered.__name__, session)
        if known <= at and desk.store.find(str(recorded)) is None:
            yield session


def known_from(desk: Desk, session: date) -> datetime:
    """When free prices of the close are there, as for the marks."""
    return desk.calendar.session_close(session) + MARK_AFTER_CLOSE


def _remember(desk: Desk, session: date) -> bool:
    """False when the benchmark had no price of the session: asked again the next day."""
    known = known_from(desk, session)
    event = observed(desk, session, known)
    if event is None:
        return False
    new = new_event(MEMORY_STREAM, event, [session], known, week_id=week_of(session))
    append_one(desk.store, MEMORY_STREAM, new)
    return True


def observed(desk: Desk, session: date, known: datetime) -> ConditionsRemembered | None:
    """The conditions as they were known then; None without the benchmark's own close."""
    assets = desk.policy.assets
    symbols = list(dict.fromkeys([*(asset.symbol for asset in assets), BENCHMARK]))
    reading = read_universe(desk.market, symbols, known)
    of_today = {
        symbol: one
        for symbol, one in reading.series.items()
        if symbol not in reading.absent and one.days[-1].astype(object) == session
    }
    if BENCHMARK not in of_today:
        return None
    sectors = {asset.symbol: asset.sector for asset in assets}
    found = conditions_of(of_today, sectors, volatility_index(desk.market, session, known))
    return ConditionsRemembered(
        session=session,
        known_at=known,
        source="+".join(dict.fromkeys(bars.source for bars in reading.parts)),
        figures=found.figures,
        sectors=found.sectors,
    )


def volatility_index(market: MarketData, session: date, known: datetime) -> float | None:
    """The VIX at the session's close; None where no source has it."""
    for symbol in VOLATILITY_INDEX:
        try:
            series = market.bars([symbol], known, 1).series.get(symbol)
        except MarketError:
            continue
        if series is not None and len(series) and series.days[-1].astype(object) == session:
            return float(series.close[-1])
    return None
