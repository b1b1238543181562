"""The breaker on a real price path: February to May 2020, all of an account in SPY."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow.parquet
import pytest

from core.desk.breaker import evaluate, halted, halts, reset
from core.desk.gate import DeskGate
from core.events.account import OrderFilled, OrderIntended, TargetSet
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.week import RiskAssessed
from core.schemas.breaker import Cause
from core.schemas.briefs import PitchBrief
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.order import Purpose
from core.schemas.pitch import PitchAnswer
from core.types import Direction, Horizon, Side
from providers.broker.gated import GatedBroker
from providers.llm.rules import RulesModel
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.fixture_files import fixture_path

D = Decimal
START, END = "2020-02-12", "2020-05-26"
PATIENT = {
    "checkpoints.decay_a_session": "0",
    "checkpoints.penalty": "0",
    "checkpoints.reward": "0",
}
BULL, BULL_ACCOUNT = "rules/trend", "acct_1"
SCOPE = f"account/{BULL_ACCOUNT}"


@dataclass
class Stubborn:
    """Everybody is flat but one seat, which is LONG SPY with all it has, every week, come what may."""

    horizon: Horizon = Horizon.WEEK

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        answer = await RulesModel().complete(request)
        if not isinstance(request.brief, PitchBrief):
            return answer
        said = PitchAnswer.model_validate_json(answer.text)
        bull, spy = request.model == BULL, request.brief.snapshot.asset("SPY")
        rsi = {"name": "rsi_14", "value": spy.indicators["rsi_14"], "threshold": 1}
        never = {"operand": "price", "comparison": "below", "threshold": 1}
        changed = {
            "instrument": "SPY" if bull else None,
            "direction": Direction.LONG if bull else Direction.FLAT,
            "conviction": 2.0 if bull else 0.0,
            "horizon": self.horizon,
            "indicators": [rsi | {"direction": "above"}] if bull else [],
            "invalidation_rules": [never] if bull else [],
        }
        said = PitchAnswer.model_validate(said.model_dump() | changed)
        return answer.model_copy(update={"text": said.model_dump_json()})


def gated(made: Bench) -> Bench:
    gate = DeskGate(made.store)
    return replace(made, desk=replace(made.desk, broker=GatedBroker(made.desk.broker, gate)))


def stubborn_bench(store=None, clock=None, horizon=Horizon.WEEK) -> Bench:
    settings = rules_settings(bars=fixture_path("market/universe"), overrides=PATIENT)
    at = on(START, "06:00") if clock is None else None
    return gated(bench(settings, store, clock=clock, at=at, model=Stubborn(horizon)))


@pytest.fixture(scope="module")
def crash() -> Bench:
    """The spring of 2020 lived by one process."""
    made = stubborn_bench()
    assert made.simulate(START, END).failed == 0
    return made


@pytest.fixture(scope="module")
def leaving() -> Bench:
    """The same spring, but every position ends after three sessions and is wanted again on Wednesday."""
    made = stubborn_bench(horizon=Horizon.THREE_DAYS)
    assert made.simulate(START, END).failed == 0
    return made


def told(made: Bench, scope: str = SCOPE) -> list:
    kinds = made.events(BreakerTripped, BreakerReleased, BreakerReset)
    return [event for event in kinds if event.scope == scope]


def opens_and_closes() -> tuple[np.ndarray, np.ndarray]:
    """SPY's sessions and prices, each session's open before its close, straight from the file."""
    file = fixture_path("market/universe/etf12_daily_adjusted_2014_2021.parquet")
    frame = pyarrow.parquet.read_table(file).to_pandas()
    spy = frame[frame.symbol == "SPY"].sort_values("date")
    days = spy.date.to_numpy().astype("datetime64[D]")
    chosen = (days >= np.datetime64(START)) & (days <= np.datetime64(END))
    prices = spy[["open", "close"]].to_numpy(dtype=float)[chosen].ravel()
    return np.repeat(days[chosen], 2), prices


def test_it_halts_at_the_session_at_which_numpy_finds_the_drawdown(crash):
    days, prices = opens_and_closes()
    shares, cash = np.zeros(len(days)), np.full(len(days), 100_000.0)
    for fill in (event.fill for event in crash.events(OrderFilled)):
        after = days >= np.datetime64(fill.session)
        signed = float(fill.quantity) * fill.side.sign
        shares[after] += signed
        cash[after] -= signed * float(fill.price) + float(fill.commission)
    equity = cash + shares * prices
    drawdown = 1 - equity / np.maximum.accumulate(np.maximum(equity, 100_000.0))
    first = int(np.argmax(drawdown > 0.20))
    tripped = told(crash)[0]
    at = crash.rows("system/breaker")[0].occurred_at
    assert isinstance(tripped, BreakerTripped)
    assert at[:10] == str(days[first]) == "2020-03-12"
    assert first % 2 == 0, "it was the open, which the checkpoint at noon saw"
    assert at[11:16] == "16:00"
    assert float(tripped.value) == pytest.approx(drawdown[first] * 100, abs=0.01)
    assert float(tripped.at_equity) == pytest.approx(equity[first], abs=1)


def test_it_is_released_at_the_close_at_which_the_drawdown_is_below_fifteen_per_cent(crash):
    """The account kept what it held, and so did its shadow: the same close releases both."""
    days, prices = opens_and_closes()
    account, released = crash.desk.books.book(BULL_ACCOUNT), told(crash)[1]
    equity = float(account.ledger.cash) + float(account.quantity("SPY")) * prices
    closes = np.arange(len(days)) % 2 == 1
    halted_on = (days >= np.datetime64("2020-03-12")) & closes
    drawdown = 1 - equity / float(told(crash)[0].peak)
    first = int(np.argmax(halted_on & (drawdown < 0.15)))
    row = crash.rows("system/breaker")[1]
    assert row.occurred_at[:10] == str(days[first])
    assert (released.cause, released.on, released.threshold) == (Cause.DRAWDOWN, "shadow", 15)
    assert float(released.value) == pytest.approx(drawdown[first] * 100, abs=0.01)
    assert not halted(crash.store, BULL_ACCOUNT)


def halted_spans(made: Bench) -> list[tuple[int, int]]:
    """Positions of the log between which the account was halted."""
    spans, since, causes = [], 0, set()
    for row in made.rows("system/breaker"):
        if row.payload["scope"] != SCOPE:
            continue
        since = since if causes else row.position
        change = causes.add if row.type == BreakerTripped.__name__ else causes.discard
        change(row.payload["cause"])
        if not causes:
            spans.append((since, row.position))
    return [*spans, (since, 10**9)] if causes else spans


def test_no_new_position_is_taken_while_it_is_halted(leaving):
    spans = halted_spans(leaving)
    inside = [
        leaving.store.decode(row).intent
        for row in leaving.rows(f"account/{BULL_ACCOUNT}")
        if row.type == OrderIntended.__name__
        and any(begin < row.position < end for begin, end in spans)
    ]
    assert inside
    assert {intent.side for intent in inside} == {Side.SELL}
    assert Purpose.HORIZON in {intent.purpose for intent in inside}


def test_what_a_halt_cut_is_kept_with_what_was_wanted(leaving):
    cut = [e for e in leaving.events(TargetSet) if e.target.unhalted_weight is not None]
    assert len(cut) > 1
    assert {(e.target.unhalted_weight, e.target.quantity) for e in cut} == {(1, 0)}
    risks = [one for e in leaving.events(RiskAssessed) for one in e.value.accounts if one.halts]
    hits = [hit for one in risks for hit in one.hits if hit.limit == "breaker"]
    assert len(hits) == len(cut)
    assert hits[0].reason.startswith(f"{SCOPE} halted: drawdown 2")
    assert hits[0].allowed == "0 shares"


def test_what_no_halt_touched_reads_as_before_there_was_a_breaker(crash):
    """Weeks recorded earlier replay event by event: nothing is added to what did not change."""
    for row in crash.store.read_all(types=[TargetSet.__name__]):
        assert "unhalted_weight" not in row.payload["target"]


def shadow_recounted(made: Bench, until: str) -> tuple[str, float]:
    """The session and drawdown at which a hand-made shadow is below 15 %: closes and targets alone."""
    days, prices = opens_and_closes()
    sessions, closes = days[1::2], prices[1::2]
    peak = float(told(made)[0].peak)
    cash, shares = 100_000.0, 0.0
    for fill in (event.fill for event in made.events(OrderFilled)):
        if fill.session.isoformat() < until:
            signed = float(fill.quantity) * fill.side.sign
            cash -= signed * float(fill.price) + float(fill.commission)
            shares += signed
    targets = {str(e.entry_session): e.target for e in made.events(TargetSet)
               if e.target.account_id == BULL_ACCOUNT}  # fmt: skip
    entered = 0
    for number, (day, close) in enumerate(zip(map(str, sessions), closes, strict=True)):
        if day in targets:
            entered = number
            if day > until:
                worth = cash + shares * closes[number - 1]
                shares = worth // float(targets[day].reference_price)
                price = round(close * 1.0002, 4)
                cash -= shares * price + round(shares * price * 0.0001, 2)
        if day >= until and shares and number == entered + 3:
            price = round(close * 0.9998, 4)
            cash += shares * price - round(shares * price * 0.0001, 2)
            shares = 0.0
        drawdown = 1 - (cash + shares * close) / peak
        if day >= until and drawdown < 0.15:
            return day, drawdown
    raise AssertionError("never released")


def test_the_shadow_trades_on_and_releases_an_account_that_sat_in_cash(leaving):
    tripped, released = told(leaving)[:2]
    day, drawdown = shadow_recounted(leaving, until="2020-03-12")
    row = [one for one in leaving.rows("system/breaker") if one.payload["scope"] == SCOPE][1]
    assert row.occurred_at[:10] == day
    assert float(released.value) == pytest.approx(drawdown * 100, abs=0.001)
    assert released.at_equity < released.peak < tripped.peak


def test_a_released_account_goes_on_from_its_shadows_drawdown_and_is_not_halted_at_once(leaving):
    released = told(leaving)[1]
    drawdown = (released.peak - released.at_equity) / released.peak * 100
    assert drawdown == pytest.approx(released.value, abs=D("0.0001"))
    assert halted_spans(leaving)[0][1] < 10**9
    assert told(leaving)[2:] == []


def test_the_desks_sum_is_far_from_halting_when_one_of_five_falls(crash):
    assert not [one for one in told(crash, "desk") if one.cause is Cause.DRAWDOWN]


def test_restarts_at_any_slot_change_nothing(leaving):
    """A new process with nothing in memory goes on again and again, halted and not."""
    horizon = Horizon.THREE_DAYS
    made, start = stubborn_bench(horizon=horizon), date.fromisoformat(START)
    for until in ("2020-03-11", "2020-03-12", "2020-04-15", "2020-05-18", END):
        assert made.simulate(start.isoformat(), until).failed == 0
        made = stubborn_bench(made.store, made.desk.clock, horizon)
        start = date.fromisoformat(until) + timedelta(days=1)
    assert made.heads() == leaving.heads()


def test_asking_again_writes_nothing(crash):
    before = crash.heads()
    assert evaluate(crash.desk) == ()
    assert evaluate(stubborn_bench(crash.store, crash.desk.clock).desk) == ()
    assert crash.heads() == before


def test_weeks_lived_under_a_halt_replay(crash, leaving):
    cut = {e.week_id for e in leaving.events(TargetSet) if e.target.unhalted_weight is not None}
    for week in (min(cut), max(cut)):
        assert leaving.replay(week).difference is None
    assert crash.replay("2020-03-18").difference is None


def test_a_reset_ends_the_halt_and_measures_anew():
    made = stubborn_bench()
    assert made.simulate(START, "2020-03-13").failed == 0
    assert SCOPE in halts(made.store)
    reset(made.store, SCOPE, "we know why", "ann", made.desk.clock.now())
    assert SCOPE not in halts(made.store)
    measured = made.desk.meter.scopes()[SCOPE]
    assert measured.gauge.peak == measured.gauge.equity
    assert evaluate(made.desk) == ()
