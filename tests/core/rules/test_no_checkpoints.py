"""The line without checkpoints, reckoned by hand: exits, halves, horizons, refusals and borrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.account import AccountOpened, BorrowCharged, TargetSet
from core.events.market import UniverseMarked
from core.rules import no_checkpoints as line
from core.rules.shadow_book import Leg, Purse, Terms
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon, RunId, Side, WeekId, to_money

ACCOUNT, RUN = AccountId("acct_1"), RunId("run-1")
TERMS = Terms(Decimal(0), Decimal(10), Decimal(252))
"""No slippage, a thousandth of commission; a short costs a ten-thousandth a session."""
WEDNESDAY = date(2024, 3, 6)
SESSIONS = [date(2024, 3, day) for day in (6, 7, 8, 11, 12, 13, 14)]


def at(day, wall="13:00"):
    return datetime.combine(day, time.fromisoformat(wall), UTC)


def opened():
    event = AccountOpened(
        account_id=ACCOUNT, name="PM", strategy="macro", model="m", starting_cash=Decimal(10_000)
    )
    return line.opened(event)


def target(
    symbol, shares, price, *, entry=WEDNESDAY, weight="1", horizon=Horizon.WEEK, equity=10_000
):
    direction = Direction.LONG if shares > 0 else Direction.SHORT
    return TargetSet(
        week_id=WeekId(entry.isoformat()),
        run_id=RUN,
        entry_session=entry,
        target=Target(
            account_id=ACCOUNT,
            instrument=symbol,
            direction=direction,
            conviction=2.0 * direction.sign,
            horizon=horizon,
            weight=Decimal(weight) * direction.sign,
            quantity=Decimal(shares),
            equity=Decimal(equity),
            reference_price=Decimal(price),
        ),
    )


def intent(key, symbol, signed, purpose):
    return OrderIntent(
        client_order_id=key,
        account_id=ACCOUNT,
        week_id=WeekId("2024-03-06"),
        run_id=RUN,
        symbol=symbol,
        side=Side.BUY if signed > 0 else Side.SELL,
        quantity=Decimal(abs(signed)),
        purpose=purpose,
        sequence=0,
        reference_price=Decimal(100),
        decided_at=at(WEDNESDAY),
    )


def fill(key, symbol, signed, price, commission="0"):
    return BrokerFill(
        fill_id=f"{key}-{signed}",
        client_order_id=key,
        account_id=ACCOUNT,
        symbol=symbol,
        side=Side.BUY if signed > 0 else Side.SELL,
        quantity=Decimal(abs(signed)),
        price=Decimal(price),
        commission=Decimal(commission),
        filled_at=at(WEDNESDAY, "14:30"),
        session=WEDNESDAY,
        price_kind="open",
        source="files",
    )


def mark(day, opens=None, **closes):
    def prices(kind, wall, found):
        return tuple(
            MarkedPrice(
                symbol=symbol,
                price=Decimal(price),
                kind=kind,
                session=day,
                known_at=at(day, wall),
                source="files",
                feed="",
            )
            for symbol, price in found.items()
        )

    return UniverseMarked(
        session=day,
        prices=prices("close", "21:00", closes),
        opens=prices("open", "14:30", opens or {}),
    )


def entered(signed=100, **more):
    """A week's entry of ``signed`` SPY at 100, for 10 USD of commission."""
    book = line.take_up(opened(), target("SPY", signed, 100, **more), at(WEDNESDAY), TERMS)
    book = line.intended(book, intent("o1", "SPY", signed, Purpose.WEEKLY_OPEN))
    return line.filled(book, fill("o1", "SPY", signed, 100, "10"))


def left(book, signed=-100, price=90):
    """A checkpoint takes ``signed`` shares off the account, for nine USD."""
    book = line.intended(book, intent("c1", "SPY", signed, Purpose.CHECKPOINT_CLOSE))
    return line.filled(book, fill("c1", "SPY", signed, price, "9"))


def test_an_exit_leaves_the_line_where_it_was():
    """10,000 - 100 x 100 - 10 = -10 in cash; the account sold at 90, the line is worth 95 x 100 - 10."""
    book = line.marked(left(entered()), mark(WEDNESDAY, SPY="95"), TERMS)
    assert book.actual == Purse(Decimal(8981))
    assert book.own == Purse(Decimal(-10), {"SPY": Decimal(100)})
    assert book.worth() == Decimal(9490)


def test_the_next_week_is_sized_by_the_lines_own_money_and_closes_at_the_open():
    """The line sells its 100 SPY at the open (96), pays 9.60, and buys 9,490 / 50 = 189 TLT with the account.

    Its equity at the decision is the account's 8,981 plus the difference at the last close,
    9,490 - 8,981 = 509. The account's 179 TLT cost 17.90 of commission, so 189 of them cost 18.90.
    """
    book = line.marked(left(entered()), mark(WEDNESDAY, SPY="95"), TERMS)
    tuesday_after = date(2024, 3, 13)
    event = target("TLT", 179, 50, entry=tuesday_after, equity=8_981)
    book = line.take_up(book, event, at(tuesday_after), TERMS)
    assert [(leg.symbol, leg.quantity) for leg in book.legs] == [("SPY", -100), ("TLT", 189)]
    book = line.intended(book, intent("o2", "TLT", 179, Purpose.WEEKLY_OPEN))
    book = line.filled(book, fill("o2", "TLT", 179, 50, "17.90"))
    closes = mark(tuesday_after, {"SPY": "96", "TLT": "50"}, SPY="99", TLT="51")
    book = line.marked(book, closes, TERMS)
    cash = Decimal(-10) + 9600 - Decimal("9.60") - 189 * 50 - Decimal("18.90")
    assert book.own == Purse(cash, {"TLT": Decimal(189)})
    assert book.worth() == cash + 189 * 51


def test_without_a_recorded_open_or_after_it_the_close_is_what_the_line_trades_at():
    later = date(2024, 3, 13)
    closes = mark(later, {"SPY": "96"}, SPY="99")
    gone = line.marked(left(entered()), mark(WEDNESDAY, SPY="95"), TERMS)
    event = target("TLT", 0, 50, entry=later)
    for decided, price in ((at(later), 96), (at(later, "15:00"), 99)):
        book = line.marked(line.take_up(gone, event, decided, TERMS), closes, TERMS)
        assert book.own.cash == Decimal(-10) + price * 100 - to_money(Decimal(price) / 10)
    without = mark(later, SPY="99")
    book = line.marked(line.take_up(gone, event, at(later), TERMS), without, TERMS)
    assert book.own.cash == Decimal(-10) + 9900 - Decimal("9.90")


def test_half_a_position_closes_at_the_horizon_with_the_accounts_own_order():
    book = left(entered(horizon=Horizon.DAY), -50)
    book = line.marked(book, mark(WEDNESDAY, SPY="95"), TERMS)
    book = line.intended(book, intent("h1", "SPY", -50, Purpose.HORIZON))
    book = line.filled(book, fill("h1", "SPY", -50, 97, "5"))
    assert book.own == Purse(Decimal(-10) + 9700 - 10)
    assert line.marked(book, mark(SESSIONS[1], SPY="80"), TERMS).worth() == book.own.cash


@pytest.mark.parametrize(
    ("horizon", "closes"), [(Horizon.DAY, 1), (Horizon.THREE_DAYS, 3), (Horizon.WEEK, 5)]
)
def test_what_the_account_left_early_closes_at_its_horizon_all_the_same(horizon, closes):
    book = left(entered(horizon=horizon))
    for number, session in enumerate(SESSIONS):
        book = line.marked(book, mark(session, SPY="95"), TERMS)
        assert bool(book.own.shares) is (number < closes)
    assert book.own.cash == Decimal(-10) + 9500 - Decimal("9.50")


def test_the_account_that_flipped_does_not_turn_the_line():
    book = left(entered(horizon=Horizon.DAY))
    book = line.intended(book, intent("c2", "SPY", -40, Purpose.CHECKPOINT_OPEN))
    book = line.filled(book, fill("c2", "SPY", -40, 90))
    book = line.marked(book, mark(WEDNESDAY, SPY="95"), TERMS)
    assert book.own.shares == {"SPY": 100}
    book = line.intended(book, intent("h1", "SPY", 40, Purpose.HORIZON))
    book = line.filled(book, fill("h1", "SPY", 40, 97))
    assert book.own.shares == {"SPY": 100}
    assert line.marked(book, mark(SESSIONS[1], SPY="97"), TERMS).own.shares == {}


def test_a_refused_order_is_refused_for_the_line_too():
    book = line.take_up(opened(), target("SPY", 100, 100), at(WEDNESDAY), TERMS)
    book = line.ended(line.intended(book, intent("o1", "SPY", 100, Purpose.WEEKLY_OPEN)), "o1")
    assert line.marked(book, mark(WEDNESDAY, SPY="95"), TERMS).own == Purse(Decimal(10_000))


def test_what_a_refused_close_left_is_closed_with_the_account_and_ends_no_week():
    later = SESSIONS[1]
    event = target("TLT", 40, 50, entry=later, horizon=Horizon.DAY)
    book = line.take_up(entered(), event, at(later), TERMS)
    book = line.ended(line.intended(book, intent("w1", "SPY", -100, Purpose.WEEKLY_CLOSE)), "w1")
    book = line.intended(book, intent("w2", "TLT", 40, Purpose.WEEKLY_OPEN))
    book = line.filled(book, fill("w2", "TLT", 40, 50))
    assert book.own.shares == {"SPY": 100, "TLT": 40}
    book = line.intended(book, intent("l1", "SPY", -100, Purpose.LEFT_OVER))
    book = line.filled(book, fill("l1", "SPY", -100, 90))
    assert book.own.shares == {"TLT": 40}
    assert not book.week.closed
    book = line.filled(
        line.intended(book, intent("c1", "TLT", -40, Purpose.CHECKPOINT_CLOSE)),
        fill("c1", "TLT", -40, 50),
    )
    book = line.marked(book, mark(later, TLT="50"), TERMS)
    assert book.own.shares == {"TLT": 40}
    assert line.marked(book, mark(SESSIONS[2], TLT="50"), TERMS).own.shares == {}


def test_borrow_follows_the_shares_each_is_short():
    book = line.marked(left(entered(-100), 50), mark(WEDNESDAY, SPY="90"), TERMS)
    book = line.borrowed(book, mark(WEDNESDAY, SPY="90"), TERMS)
    charge = BorrowCharged(
        account_id=ACCOUNT, session=WEDNESDAY, symbol="SPY", amount=Decimal("0.45")
    )
    assert line.charged(book, charge).own.cash == book.own.cash - Decimal("0.90")
    flat = line.marked(left(entered(-100), 100), mark(WEDNESDAY, SPY="90"), TERMS)
    assert line.borrowed(
        flat, mark(WEDNESDAY, SPY="90"), TERMS
    ).own.cash == flat.own.cash - Decimal("0.90")


@given(
    ours=st.integers(1, 5_000),
    theirs=st.integers(1, 5_000),
    cuts=st.lists(st.integers(1, 5_000), max_size=4),
    long=st.booleans(),
)
def test_a_leg_fills_whole_with_its_order_whatever_the_parts(ours, theirs, cuts, long):
    leg = Leg(
        "SPY", Decimal(ours if long else -ours), closes=False, order="o", open=Decimal(theirs)
    )
    done, left_open = Decimal(0), Decimal(theirs)
    for upto in sorted({min(cut, theirs) for cut in cuts} | {theirs}):
        filled = upto - (theirs - left_open)
        part = leg.part(filled)
        assert part * leg.quantity >= 0
        assert part == part.to_integral_value()
        assert ours != theirs or abs(part) == filled
        done, left_open = done + part, left_open - filled
        leg = replace(leg, quantity=leg.quantity - part, open=left_open)
    assert abs(done) == ours
