"""A month of trading cycles on real bars: limits, ledger, costs, outcomes, and the council untouched."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from core.desk.cycle_trades import scores_of
from core.events.account import AccountOpened, OrderFilled, OrderIntended
from core.events.cycle import (
    CycleCompleted,
    CycleMarketFrozen,
    CycleStarted,
    StrategyMarked,
    SymbolMoved,
    TradeExecuted,
    TradeOutcomeKnown,
)
from core.events.discovery import DiscoveryRan, WatchlistChanged
from core.rules.costs import commission, slipped
from core.rules.ledger import AccountState, apply_fill, equity
from core.strategy import EQUITY
from core.types import AccountId, Side
from tests.fakes.desks import Bench, bench, on
from tests.fakes.stock_desks import END, START, folder_of, stock_bars, stock_bench

ACCOUNT = AccountId("acct_7")
ZERO = Decimal(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(stock_bars(), tmp_path_factory.mktemp("bars"))


@pytest.fixture(scope="module")
def month(folder) -> Bench:
    made = stock_bench(folder)
    report = made.simulate(START, END)
    assert (report.weeks, report.failed) == (5, 0)
    return made


def own(bench: Bench, *kinds):
    """Events of the strategy's account, in order."""
    names = {kind.__name__ for kind in kinds}
    rows = [row for row in bench.rows(f"account/{ACCOUNT}") if row.type in names]
    return [bench.store.decode(row) for row in rows]


def frozen(bench: Bench) -> dict:
    return {event.run_id: event.value for event in bench.events(CycleMarketFrozen)}


def test_every_session_has_its_two_cycles_and_each_ends(month):
    started, ended = month.events(CycleStarted), month.events(CycleCompleted)
    by_trigger = Counter(event.spec.trigger for event in started)
    assert by_trigger["scheduled"] == 2 * 23
    assert len(ended) == len(started)
    assert sum(event.orders for event in ended) == len(own(month, OrderIntended)) > 5


def test_the_market_is_looked_through_twice_a_session_and_cycles_look_at_what_was_found(month):
    rounds = month.events(DiscoveryRan)
    assert Counter(one.as_of.date() for one in rounds) == dict.fromkeys(
        {one.as_of.date() for one in rounds}, 2
    )
    assert len(rounds) == 2 * 23
    lists = {
        one.as_of: {each.symbol for each in one.entries} for one in month.events(WatchlistChanged)
    }
    for started in month.events(CycleStarted):
        if started.spec.trigger == "scheduled":
            newest = max(at for at in lists if at <= started.as_of)
            assert lists[newest] <= set(started.spec.symbols)


def test_no_intent_ever_breaks_a_limit_at_the_prices_its_cycle_froze(month):
    boards, limits = frozen(month), month.settings.strategy(EQUITY).limits
    of_cycle = defaultdict(list)
    for event in own(month, OrderIntended):
        of_cycle[event.intent.run_id].append(event.intent)
    for run_id, intents in of_cycle.items():
        board = boards[run_id]
        worth, sectors = board.account.equity, defaultdict(Decimal)
        for one in board.account.held:
            sectors[one.sector] += max(one.quantity, one.expected) * one.price
        spent, positions = board.account.committed, len(board.account.held)
        for intent in intents:
            asset, value = board.symbol(intent.symbol), intent.quantity * intent.reference_price
            held = board.account.holding(intent.symbol)
            if intent.side is Side.SELL:
                assert intent.quantity <= held.quantity
                continue
            assert held is None
            assert value <= worth * limits.max_position_pct
            assert asset.price >= limits.min_price
            assert asset.dollar_volume >= limits.min_dollar_volume
            assert float(intent.quantity) <= asset.average_volume * float(limits.max_volume_pct)
            sectors[asset.sector] += value
            assert sectors[asset.sector] <= worth * limits.max_sector_pct
            spent, positions = spent + value, positions + 1
        assert spent <= board.account.cash
        assert positions <= limits.max_positions


def test_after_no_fill_is_anything_short_or_on_credit_or_over_a_fifth(month):
    state = AccountState(ACCOUNT, own(month, AccountOpened)[0].starting_cash)
    marks: dict[str, Decimal] = {}
    for event in own(month, OrderFilled):
        state = apply_fill(state, event.fill)
        marks[event.fill.symbol] = event.fill.price
        assert state.cash >= 0
        assert all(held.quantity > 0 for held in state.positions.values())
        assert len(state.positions) <= 10
        if event.fill.side is Side.BUY:
            value = event.fill.quantity * event.fill.price
            assert value <= equity(state, marks) / 5


def test_the_books_are_what_every_fill_adds_up_to_to_the_cent(month):
    cash, held = own(month, AccountOpened)[0].starting_cash, defaultdict(Decimal)
    for event in own(month, OrderFilled):
        fill = event.fill
        cash -= fill.side.sign * fill.quantity * fill.price + fill.commission
        held[fill.symbol] += fill.side.sign * fill.quantity
    book = month.desk.books.book(ACCOUNT)
    assert book.ledger.cash == cash
    assert {s: p.quantity for s, p in book.ledger.positions.items()} == {
        symbol: quantity for symbol, quantity in held.items() if quantity
    }
    assert not book.open_orders
    assert month.desk.broker.cash(ACCOUNT) == cash


def test_every_fill_pays_slippage_and_commission_on_a_real_close(month):
    limits, market = month.settings.strategy(EQUITY).limits, month.desk.strategies[0].market
    for event in own(month, OrderFilled):
        fill = event.fill
        quote = market.quotes([fill.symbol], fill.filled_at)[fill.symbol]
        assert fill.price == slipped(quote.price, fill.side, limits.slippage_bps)
        assert fill.commission == commission(fill.quantity, fill.price, limits.commission_bps) > 0


def test_equity_is_marked_every_session_and_exact(month):
    marks = month.events(StrategyMarked)
    assert len(marks) == 23
    for event in marks:
        fills = [one.fill for one in own(month, OrderFilled) if one.fill.session <= event.session]
        state = AccountState(ACCOUNT, Decimal(100_000))
        for fill in fills:
            state = apply_fill(state, fill)
        prices = {price.symbol: price.price for price in event.prices}
        assert event.cash == state.cash
        assert event.equity == equity(state, prices)
        assert event.benchmark.session == event.session


def test_every_fill_is_told_with_four_scores_and_every_round_trip_with_its_outcome(month):
    fills = own(month, OrderFilled)
    told = month.events(TradeExecuted)
    assert [event.fill for event in told] == [event.fill for event in fills]
    for event in told:
        scores = event.scores.model_dump()
        assert all(value > 0 for value in scores.values())
        assert event.scores == scores_of(month.store, event.cycle_id, event.fill.symbol)
    closed = month.desk.books.book(ACCOUNT).ledger.closed_trades
    outcomes = month.events(TradeOutcomeKnown)
    assert [(one.symbol, one.pnl) for one in outcomes] == [(one.symbol, one.pnl) for one in closed]
    entered = {(event.fill.symbol, event.cycle_id) for event in told}
    assert all((one.symbol, one.cycle_id) in entered for one in outcomes)


def test_every_cycle_was_told_of_round_trips_that_were_over_and_of_no_other(month):
    known = {event.closed_at: event for event in month.events(TradeOutcomeKnown)}
    told = 0
    for board in frozen(month).values():
        over = sum(closed <= board.as_of for closed in known)
        for asset in board.symbols:
            assert len(asset.neighbours) == min(4, over)
            for one in asset.neighbours:
                assert one.document.known_at <= board.as_of
                trade = known[one.document.known_at]
                assert one.document.outcome["return"] == trade.returned
                told += 1
    assert told > 0


def test_a_move_starts_one_cycle_a_symbol_day_and_direction(month):
    moves = month.events(SymbolMoved)
    assert moves
    assert len({(one.symbol, one.session, one.direction) for one in moves}) == len(moves)
    assert all(abs(one.change_pct) > 5 for one in moves)
    moved = [event for event in month.events(CycleStarted) if event.spec.trigger == "moved"]
    assert {one.at for one in moves} == {event.as_of for event in moved}


def council_heads(bench: Bench) -> dict[str, str]:
    """Weeks, the council's accounts, its runs and its marks: all but the strategy's own streams."""
    cycles = {f"run/{event.cycle_id}" for event in bench.events(CycleStarted)}
    cycles |= {f"run/{event.round_id}" for event in bench.events(DiscoveryRan)}
    beside = {f"account/{ACCOUNT}", "system/slots", "system/scheduler"}
    return {
        stream: head
        for stream, head in bench.heads().items()
        if stream not in beside
        and not stream.startswith("strategy/")
        and "/".join(stream.split("/")[:2]) not in cycles
    }


def test_with_the_cycle_on_or_off_every_stream_of_the_council_ends_the_same(month, folder):
    off = stock_bench(folder, enabled=False)
    off.simulate(START, END)
    assert not off.events(CycleStarted)
    assert council_heads(off) == council_heads(month)


def test_a_week_lived_beside_cycles_replays_to_the_same_events(month):
    assert month.replay("2022-08-10").identical


def test_running_the_month_again_changes_nothing(month):
    before = month.heads()
    again = bench(month.settings, month.store, at=on("2022-08-01", "06:00"))
    again.simulate(START, END)
    assert again.heads() == before


def test_rebuilt_read_models_are_the_same(month):
    before = tables(month)
    month.store.rebuild()
    assert tables(month) == before
    assert before["cycles"]


def tables(bench: Bench) -> dict[str, list]:
    names = ("cycles", "cycle_symbols", "strategy_marks", "account_equity", "orders", "trades")
    with bench.store.engine.connect() as connection:
        return {
            name: [
                tuple(row)
                for row in connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1, 2")
            ]
            for name in names
        }
