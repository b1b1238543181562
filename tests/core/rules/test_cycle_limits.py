"""The hard limits of a cycle: each refuses or cuts what it is for, and all of them hold together."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.cycle_limits import allowed
from core.rules.cycle_room import UNKNOWN_SECTOR, cover, sector_of
from core.schemas.breaker import Cause, Halt
from core.schemas.signal import SignalAction
from tests.fakes.cycles import LIMITS, account, asset, held, market, signal

SELL = SignalAction.SELL
ZERO = Decimal(0)


def one(found):
    (only,) = found
    return only


def limits_of(found) -> list[str]:
    return [hit.limit for hit in found.hits]


def test_a_small_buy_of_a_liquid_symbol_is_left_as_it_is():
    found = one(allowed(market(asset()), [signal()], LIMITS))
    assert (found.quantity, found.hits) == (100, ())


def test_a_position_is_cut_to_a_fifth_of_equity_with_room_for_a_later_price():
    found = one(allowed(market(asset()), [signal(quantity=900)], LIMITS))
    assert limits_of(found) == ["max_position_pct"]
    assert found.quantity == 196  # 20,000 USD over 100 + two ranges of 1 and 3 basis points
    assert found.quantity * cover(asset(), LIMITS) <= 20_000


def test_what_breaks_a_limit_whatever_its_size_is_refused_by_name():
    cases = {
        "min_confidence": (asset(), signal(confidence=0.5)),
        "min_price": (asset(price="4"), signal()),
        "min_dollar_volume": (asset(dollar_volume=999_999.0), signal()),
        "trusted_bars": (asset(suspect=True, defects=("suspected_split",)), signal()),
        "positive_quantity": (asset(), signal(quantity=0)),
    }
    for name, (symbol, wish) in cases.items():
        found = one(allowed(market(symbol), [wish], LIMITS))
        assert (found.quantity, limits_of(found)) == (0, [name])


def test_an_unknown_volume_is_refused_and_said_to_be_unknown():
    unknown = asset(dollar_volume=None, average_volume=None)
    found = one(allowed(market(unknown), [signal()], LIMITS))
    assert found.quantity == 0
    assert found.hits[0].asked == "unknown"


def test_an_order_is_at_most_one_per_cent_of_the_usual_volume():
    thin = asset(average_volume=5_000.0, dollar_volume=2_000_000.0)
    found = one(allowed(market(thin), [signal()], LIMITS))
    assert (found.quantity, limits_of(found)) == (50, ["max_volume_pct"])


def test_what_is_held_or_under_way_is_not_bought_again():
    owned = account(held("AAPL", 10))
    assert limits_of(one(allowed(market(asset(), of=owned), [signal()], LIMITS))) == [
        "already_held"
    ]
    coming = account(held("AAPL", 0, under_way=Decimal(10)))
    assert limits_of(one(allowed(market(asset(), of=coming), [signal()], LIMITS))) == ["order_open"]


def test_a_halted_account_opens_nothing_and_still_sells():
    halt = Halt(
        scope="account/acct_7", cause=Cause.DRAWDOWN, value=Decimal(21), threshold=Decimal(20)
    )
    halted = account(held("MSFT", 10), halts=(halt,))
    board = market(asset(), asset("MSFT"), of=halted)
    sold, bought = allowed(board, [signal(), signal("MSFT", SELL, 10)], LIMITS)
    assert (sold.quantity, sold.hits) == (10, ())
    assert (bought.quantity, limits_of(bought)) == (0, ["breaker"])


def test_nobody_sells_what_is_not_held_or_more_than_that():
    assert limits_of(one(allowed(market(asset()), [signal(action=SELL)], LIMITS))) == ["not_held"]
    found = one(
        allowed(market(asset(), of=account(held("AAPL", 30))), [signal(action=SELL)], LIMITS)
    )
    assert (found.quantity, limits_of(found)) == (30, ["not_held"])


def test_symbols_of_unknown_sector_share_one_capped_bucket():
    assert sector_of(None) == UNKNOWN_SECTOR
    symbols = [asset(name, sector=None) for name in ("AAA", "BBB", "CCC")]
    found = allowed(market(*symbols), [signal(s.symbol, quantity=190) for s in symbols], LIMITS)
    assert [one.quantity for one in found] == [190, 104, 0]
    assert limits_of(found[2]) == ["max_sector_pct"]


def test_the_eleventh_position_is_refused():
    tens = [held(f"H{n}", 1, sector=f"s{n}") for n in range(10)]
    found = one(allowed(market(asset(), of=account(*tens)), [signal()], LIMITS))
    assert limits_of(found) == ["max_positions"]


def test_a_sell_makes_no_room_in_the_same_cycle():
    full = account(held("MSFT", 300, sector="technology"), cash="70000")
    board = market(asset(), asset("MSFT"), of=full)
    sold, bought = allowed(board, [signal(), signal("MSFT", SELL, 300)], LIMITS)
    assert (sold.quantity, bought.quantity) == (300, 0)
    assert limits_of(bought) == ["max_sector_pct"]


def test_the_surest_signal_takes_its_room_first_whatever_the_order_given():
    board = market(asset("AAA"), asset("BBB"), of=account(cash="15000", equity=Decimal(100_000)))
    wishes = [signal("AAA", confidence=0.6), signal("BBB", confidence=0.9)]
    first, second = allowed(board, wishes, LIMITS)
    assert (first.signal.symbol, first.quantity) == ("BBB", 100)
    assert (second.signal.symbol, second.quantity, limits_of(second)) == ("AAA", 47, ["cash"])
    assert allowed(board, wishes[::-1], LIMITS) == (first, second)


PRICES = st.decimals(min_value="1", max_value="900", places=2)
SYMBOLS = st.sampled_from(["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"])
ASSETS = st.lists(
    st.builds(
        lambda name, price, sector, volume, atr: asset(
            name,
            str(price),
            sector=sector,
            average_volume=volume,
            dollar_volume=None if volume is None else volume * float(price),
            indicators={"atr_14": None if atr is None else atr * float(price)},
        ),
        SYMBOLS,
        PRICES,
        st.sampled_from([None, "energy", "technology"]),
        st.one_of(st.none(), st.floats(0, 5e6)),
        st.one_of(st.none(), st.floats(0, 0.3)),
    ),
    unique_by=lambda one: one.symbol,
)
SIGNALS = st.lists(
    st.builds(
        signal,
        SYMBOLS,
        st.sampled_from(SignalAction),
        st.integers(0, 100_000),
        st.floats(0, 1, allow_nan=False),
    ),
    unique_by=lambda one: one.symbol,
)
HELD = st.lists(
    st.builds(
        lambda name, count, price: held(name, count, str(price)),
        SYMBOLS,
        st.integers(1, 900),
        PRICES,
    ),
    unique_by=lambda one: one.symbol,
)


@given(ASSETS, SIGNALS, HELD, st.integers(-5_000, 200_000))
def test_all_that_is_allowed_together_stays_within_every_limit(symbols, wishes, owned, cash):
    worth = account(*owned, cash=str(cash))
    board = market(*symbols, of=worth)
    found = allowed(board, wishes, LIMITS)
    bought = [x for x in found if x.quantity and x.signal.action is SignalAction.BUY]
    sold = [x for x in found if x.quantity and x.signal.action is SignalAction.SELL]
    values = {x.signal.symbol: x.quantity * board.symbol(x.signal.symbol).price for x in bought}
    assert all(x.quantity <= x.signal.quantity for x in found)
    assert all(value <= worth.equity / 5 for value in values.values())
    assert not bought or sum(values.values()) <= worth.cash
    assert not bought or len(owned) + len(bought) <= LIMITS.max_positions
    assert all(x.quantity <= worth.holding(x.signal.symbol).quantity for x in sold)
    assert not {x.signal.symbol for x in bought} & {one.symbol for one in owned}
    for name in (None, "energy", "technology"):
        new = sum(
            (
                values[x.signal.symbol]
                for x in bought
                if board.symbol(x.signal.symbol).sector == name
            ),
            ZERO,
        )
        before = sum((o.quantity * o.price for o in owned if o.sector == name), ZERO)
        assert not new or before + new <= worth.equity * Decimal("0.3")


@pytest.mark.parametrize("atr", [None, 0.0, 50.0])
def test_headroom_is_between_two_and_ten_per_cent(atr):
    price = cover(asset(indicators={"atr_14": atr}), LIMITS)
    assert Decimal("102.03") <= price <= Decimal("110.03")
