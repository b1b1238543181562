"""A quarter of 2020 in the council lab: its lines beside the desk's own accounts, and the raw prices."""

from __future__ import annotations

from decimal import Decimal
from time import process_time

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from core.events.market import UniverseMarked
from core.policy import BreakerLimits
from core.rules.lab_picks import CHAIRMAN, FLAT, PM, SIXTY_FORTY, SPY_AVERAGE, SPY_FULL, WITHOUT
from core.rules.votes import WeekKind
from core.types import Horizon
from storage.projections.lab import LAB
from storage.projections.writing import table_of
from storage.queries import StoreReader
from storage.queries.lab import LINES, lab_week_kinds, lab_weekly_returns, lab_weeks
from storage.queries.no_checkpoints import no_checkpoints_frame
from tests.fakes.desks import Bench, MoodyModel, bench, copied, on, rules_settings
from tests.fixture_files import fixtures_root

UNIVERSE = fixtures_root() / "market" / "universe"
NERVOUS = {"checkpoints.penalty": "1.5", "checkpoints.flip_beyond": "0.1"}
NO_BREAKER = BreakerLimits(drawdown_halt_pct=99, drawdown_resume_pct=98, consecutive_loss_halt=1000)
"""A halt changes an account's targets; the lab never halts."""
HORIZONS = {"rules/trend": Horizon.DAY, "rules/carry": Horizon.THREE_DAYS}
SILENT = frozenset({("2020-04-15", "rules/trend"), ("2020-03-25", "rules/carry")})
FIRST, LAST = "2020-02-05", "2020-05-05"
COUNCIL, PMS = "acct_5", ("acct_1", "acct_2", "acct_3", "acct_4")
ROUNDING_USD = 0.10
"""The account's line takes shares of its account's commissions and borrow, each to the cent."""
TOOK: list[float] = []
"""Seconds of this processor the quarter took to live."""
UNPRICED = ("14:00", "15:50")
"""Checkpoints that see no new price on daily bars: they decide nothing."""
CHANGE_LEFT_OVER = 1e-3
"""What a whole number of shares leaves in cash, and a week's orders cost, of a day's move."""
SHARE_OF_A_SIMULATION = 0.05


@pytest.fixture(scope="module")
def desk() -> Bench:
    bars = UNIVERSE if UNIVERSE.is_dir() else None
    settings = rules_settings(bars=bars, overrides=NERVOUS)
    policy = settings.policy.model_copy(update={"breaker": NO_BREAKER})
    settings = settings.model_copy(update={"policy": policy})
    model = MoodyModel(horizons=HORIZONS, silent=SILENT)
    made = bench(settings, at=on(FIRST, "06:00"), model=model)
    began = process_time()
    made.run([slot for slot in made.slots(FIRST, LAST) if slot.label not in UNPRICED])
    TOOK.append(process_time() - began)
    return made


def lab_frame(reader):
    """One row a line and session: ``line``, ``session``, ``equity`` in USD."""
    columns = (LINES.c.line, LINES.c.session, LINES.c.equity)
    frame = pd.DataFrame(reader.rows(select(*columns).order_by(LINES.c.session, LINES.c.line)))
    frame["session"] = pd.to_datetime(frame["session"])
    return frame.astype({"equity": float})


def table(frame, columns="line"):
    return frame.pivot_table(index="session", columns=columns, values="equity")


@pytest.fixture(scope="module")
def lines(desk):
    return table(lab_frame(StoreReader(desk.store.engine)))


def test_each_line_of_a_seat_is_that_account_without_checkpoints(desk, lines):
    """They differ by cents: the account's line takes its part of commissions and borrow already rounded."""
    accounts = table(no_checkpoints_frame(StoreReader(desk.store.engine)), "account_id")
    same = {CHAIRMAN: COUNCIL, **{f"{PM}{account}": account for account in PMS}}
    assert len(lines) > 55
    for line, account in same.items():
        assert (lines[line] - accounts[account]).abs().max() < ROUNDING_USD
        assert (accounts[account] - 100_000).abs().max() > 1_000


def test_spy_moves_as_its_recorded_prices_do_and_flat_not_at_all(desk, lines):
    closes = {
        pd.Timestamp(mark.session): next(
            float(one.price) for one in mark.prices if one.symbol == "SPY"
        )
        for mark in desk.events(UniverseMarked)
    }
    moves = pd.Series(closes).pct_change()
    assert (lines[SPY_FULL].pct_change() - moves).abs().max() < CHANGE_LEFT_OVER
    assert (lines[FLAT] == 100_000).all()
    assert lines[SPY_AVERAGE].std() < lines[SPY_FULL].std()
    assert lines[SIXTY_FORTY].std() < lines[SPY_FULL].std()


def test_a_silent_seat_is_out_of_the_market_for_its_week(desk):
    returns = lab_weekly_returns(StoreReader(desk.store.engine))
    assert returns.loc["2020-04-15", f"{PM}acct_1"] == 0
    without = {week.week_id: week for week in lab_weeks(StoreReader(desk.store.engine))}
    assert f"{WITHOUT}acct_1" not in without["2020-04-15"].picks


def test_weeks_chain_into_the_whole_way(desk, lines):
    reader = StoreReader(desk.store.engine)
    returns = lab_weekly_returns(reader)
    assert list(returns.index) == list(lab_week_kinds(reader)) == sorted(returns.index)
    assert len(returns) == 13
    chained = 100_000 * (1 + returns).prod()
    assert np.allclose(chained[lines.columns], lines.iloc[-1], rtol=1e-9)


def test_weeks_are_as_split_as_their_pitches(desk):
    for week in lab_weeks(StoreReader(desk.store.engine)):
        members = [picks for line, picks in week.picks.items() if line.startswith(PM)]
        votes = {tuple((one.instrument, one.weight > 0) for one in picks) for picks in members}
        assert (len(votes) > 1) == (week.kind is not WeekKind.UNANIMOUS)
        assert all(sum(abs(one.weight) for one in picks) <= 1 for picks in week.picks.values())


def test_every_session_of_the_fixtures_has_its_prices(desk, lines):
    rows = StoreReader(desk.store.engine).rows(select(LINES.c.line, LINES.c.coverage))
    assert {row["line"] for row in rows} == set(lines.columns)
    assert {float(row["coverage"]) for row in rows} == {1.0}


def test_rebuilt_from_the_log_every_row_is_the_same(desk):
    live = rows_of(desk.store)
    desk.store.rebuild([LAB])
    assert rows_of(desk.store) == live


def test_the_lab_costs_a_small_part_of_what_it_follows(desk):
    events = list(desk.store.read_all(types=sorted(LAB.types)))
    with desk.store.engine.begin() as connection:
        LAB.reset(connection)
        began = process_time()
        LAB.apply(connection, events)
        took = process_time() - began
    assert took < SHARE_OF_A_SIMULATION * TOOK[0]


def test_a_price_marked_later_changes_nothing_before(desk, lines):
    day = "2020-03-16"

    def doubled(row):
        if row.type != UniverseMarked.__name__ or row.payload["session"] < day:
            return row.payload
        changed = {
            name: [{**one, "price": str(2 * Decimal(one["price"]))} for one in row.payload[name]]
            for name in ("prices", "opens")
        }
        return {**row.payload, **changed}

    other = StoreReader(copied(desk.store, desk.settings, doubled).engine)
    theirs = table(lab_frame(other))
    early = lines.index < day
    pd.testing.assert_frame_equal(lines[early], theirs[early])
    assert not lines[~early].equals(theirs[~early])
    before, after = (
        [week for week in lab_weeks(reader) if week.week_id < day]
        for reader in (StoreReader(desk.store.engine), other)
    )
    assert len(before) == 6
    assert before == after


def rows_of(store):
    with store.engine.connect() as connection:
        return [sorted(map(tuple, connection.execute(select(table_of(cls))))) for cls in LAB.tables]
