"""What becomes known after a decision changes nothing in it: any bar, any symbol, any week."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.wiring import calendar
from core.clock import at_new_york
from core.desk.dispatch import run_slot
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job
from core.desk.weekly import run_week
from core.types import WeekId, week_of
from providers.market.files import FilesMarket
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from tests.fakes.desks import Bench, bench, rules_settings
from tests.fixture_files import fixtures_root

UNIVERSE = fixtures_root() / "market" / "universe" / "etf12_daily_adjusted_2014_2021.parquet"
FIRST, LAST = date(2019, 3, 6), date(2021, 3, 3)
PRICES = ["open", "high", "low", "close"]
TOGETHER = "order_plan"
"""Up to here nothing outside is touched; what follows belongs to the broker."""


@cache
def every_bar() -> pd.DataFrame:
    """Real bars where they are, else simulated ones: date, symbol, prices, volume."""
    if UNIVERSE.exists():
        frame = pd.read_parquet(UNIVERSE)
        frame["date"] = pd.to_datetime(frame["date"]).dt.date
        return frame[frame["date"] >= date(2017, 6, 1)]
    period = SimulatedPeriod(date(2017, 6, 1), date(2021, 12, 31))
    market = SimulatedMarket(symbols(), 7, period, calendar())
    series = market._held.series.values()
    columns = ["open", "high", "low", "close", "volume"]
    parts = [
        pd.DataFrame(
            {"date": one.days.astype(object), "symbol": one.symbol}
            | {name: getattr(one, name) for name in columns}
        )
        for one in series
    ]
    return pd.concat(parts, ignore_index=True)


@cache
def symbols() -> tuple[str, ...]:
    return rules_settings().policy.symbols


@dataclass(frozen=True)
class Meddling:
    """One change of one symbol's bars of one later session: ``days`` sessions on."""

    symbol: str
    days: int
    how: str
    factor: float


meddlings = st.lists(
    st.builds(
        Meddling,
        symbol=st.sampled_from(symbols()),
        days=st.integers(0, 9),
        how=st.sampled_from(["change", "delete", "delete all after", "close only", "junk", "add"]),
        factor=st.sampled_from([0.01, 0.5, 0.97, 1.04, 3.0, 200.0]),
    ),
    min_size=1,
    max_size=6,
)
weeks = st.integers(0, (LAST - FIRST).days // 7).map(lambda n: FIRST + timedelta(weeks=n))


def slice_around(day: date) -> pd.DataFrame:
    """Enough history for every indicator, and three weeks of future."""
    bars = every_bar()
    kept = (bars["date"] > day - timedelta(days=470)) & (bars["date"] < day + timedelta(days=21))
    return bars[kept]


def meddled(bars: pd.DataFrame, as_of: datetime, every: list[Meddling]) -> pd.DataFrame:
    """Only what is not known at ``as_of`` is touched: an open from its open, the rest from its close."""
    found = calendar()
    sessions = [day for day in sorted(bars["date"].unique()) if found.session_close(day) > as_of]
    for one in every:
        day = sessions[min(one.days, len(sessions) - 1)]
        row = (bars["date"] == day) & (bars["symbol"] == one.symbol)
        open_known = found.session_open(day) <= as_of
        bars = _meddle(bars.copy(), row, one, open_known=open_known)
    return bars


def _meddle(bars: pd.DataFrame, row: pd.Series, one: Meddling, *, open_known: bool) -> pd.DataFrame:
    later = ["high", "low", "close"] if open_known else PRICES
    if one.how == "close only" or (open_known and one.how != "change"):
        bars.loc[row, later] = bars.loc[row, later] * one.factor
    elif one.how == "change":
        bars.loc[row, later] *= one.factor
        bars.loc[row, "volume"] = 1.0
    elif one.how == "delete":
        bars = bars[~row]
    elif one.how == "delete all after":
        day = bars.loc[row, "date"]
        if len(day):
            bars = bars[(bars["symbol"] != one.symbol) | (bars["date"] < day.iloc[0])]
    elif one.how == "junk":
        bars.loc[row, ["close"]] = float("nan")
    elif one.how == "add":
        extra = bars[bars["symbol"] == one.symbol].tail(1).copy()
        extra["date"] = calendar().offset(extra["date"].iloc[0], 1)
        extra[PRICES] *= one.factor
        bars = pd.concat([bars, extra], ignore_index=True)
    return bars


def market_of(bars: pd.DataFrame) -> FilesMarket:
    with tempfile.TemporaryDirectory() as folder:
        bars.to_parquet(Path(folder) / "bars.parquet")
        return FilesMarket(Path(folder), calendar(), symbols())


def decided(market: FilesMarket, as_of: datetime) -> dict[str, str]:
    """Heads of the week's and its run's streams when every decision is made."""
    made = bench(rules_settings(), at=as_of, market=market)
    asyncio.run(run_week(made.desk, WeekId(week_of(as_of.date())), until=TOGETHER))
    return made.heads()


def quick(examples: int):
    return settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@quick(12)
@given(day=weeks, hour=st.sampled_from(["08:00", "09:30", "11:17", "16:00"]), changes=meddlings)
def test_no_later_bar_changes_what_a_week_decides(day, hour, changes):
    session = calendar().session_on_or_after(day)
    as_of = at_new_york(session, datetime.strptime(hour, "%H:%M").time())  # noqa: DTZ007 - a wall time
    bars = slice_around(session)
    before = decided(market_of(bars), as_of)
    assert any(name.startswith("run/") for name in before)
    assert decided(market_of(meddled(bars, as_of, changes)), as_of) == before


def the_week_up_to(market: FilesMarket, day: date, stop: datetime) -> Bench:
    """Every slot from the week's Wednesday to ``stop``."""
    made = bench(rules_settings(), at=at_new_york(day, datetime.min.time()), market=market)
    last = (day + timedelta(days=6)).isoformat()
    due = [slot for slot in made.slots(day.isoformat(), last) if slot.at <= stop]
    assert SlotOutcome.FAILED not in made.run(due)
    return made


@quick(6)
@given(day=weeks, number=st.integers(0, 19), changes=meddlings)
def test_no_later_bar_changes_what_a_checkpoint_decides(day, number, changes):
    """Everything in the log at the slot's instant: decisions, orders, fills, marks."""
    session = calendar().session_on_or_after(day)
    bars = slice_around(session)
    plain = market_of(bars)
    probe = bench(rules_settings(), at=at_new_york(session, datetime.min.time()), market=plain)
    last = (session + timedelta(days=6)).isoformat()
    checkpoints = [s for s in probe.slots(session.isoformat(), last) if s.job is Job.CHECKPOINT]
    stop = checkpoints[min(number, len(checkpoints) - 1)].at
    before = the_week_up_to(plain, session, stop)
    after = the_week_up_to(market_of(meddled(bars, stop, changes)), session, stop)
    assert after.heads() == before.heads()


def test_a_bar_known_before_the_decision_does_change_it():
    """The property above would be worth nothing if prices did not matter."""
    session = calendar().session_on_or_after(date(2020, 6, 10))
    as_of = at_new_york(session, datetime.min.time().replace(hour=8))
    bars = slice_around(session)
    before = decided(market_of(bars), as_of)
    known = bars["date"] == calendar().offset(session, -1)
    changed = bars.copy()
    changed.loc[known & (bars["symbol"] == "SPY"), PRICES] *= 1.01
    assert decided(market_of(changed), as_of) != before


def test_a_slot_at_its_instant_is_done_once():
    session = calendar().session_on_or_after(date(2020, 6, 10))
    made = the_week_up_to(
        market_of(slice_around(session)),
        session,
        at_new_york(session, datetime.min.time().replace(hour=12)),
    )
    before = made.heads()
    noon = [s for s in made.slots(session.isoformat(), session.isoformat()) if s.label == "12:00"]
    assert [asyncio.run(run_slot(made.desk, slot)) for slot in noon] == [SlotOutcome.DONE]
    assert made.heads() == before
