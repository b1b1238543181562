"""The lab's lines reckoned by hand: entries, horizons, flips, borrow, coverage and boundaries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_desk import Deliberation, LabDesk, charged, marked
from core.rules.lab_lines import LabBook, borrowed, entered, lived
from core.rules.lab_picks import CHAIRMAN, HALVED, PLURALITY, SIXTY_FORTY, SPY_FULL, Pick, Tradable
from core.rules.shadow_book import Purse
from core.rules.votes import Choice, Voice, WeekKind
from core.schemas.market import MarkedPrice
from core.types import AccountId, Direction, Horizon, WeekId

WEDNESDAY = date(2024, 3, 6)
SESSIONS = [date(2024, 3, day) for day in (6, 7, 8, 11, 12, 13, 14)]
TERMS = RiskLimits(
    starting_cash=Decimal(10_000),
    slippage_bps=Decimal(100),
    commission_bps=Decimal(10),
    borrow_bps=Decimal(252),
)
"""A hundredth of slippage, a thousandth of commission; a short costs a ten-thousandth a session."""
FREE = RiskLimits(slippage_bps=Decimal(0), commission_bps=Decimal(0), borrow_bps=Decimal(0))


def at(day, wall="13:00"):
    return datetime.combine(day, time.fromisoformat(wall), UTC)


def usd(**prices):
    return {symbol: Decimal(price) for symbol, price in prices.items()}


def pick(symbol, weight, sessions=5):
    return Pick(symbol, Decimal(weight), sessions)


def fresh(cash=10_000):
    return LabBook(Purse(Decimal(cash)))


def short_spy():
    """50 SPY sold at 100 less a hundredth, for a thousandth: 10,000 + 50 x 99 - 4.95."""
    book, _ = entered(fresh(), [pick("SPY", "-0.5")], usd(SPY=100), usd(SPY=100), TERMS)
    return book


def test_an_entry_is_sized_at_the_seen_price_and_pays_the_open_its_slippage_and_commission():
    """At 100 seen, half of 10,000 is 50 shares; the open at 104 costs 105.04 a share."""
    book, start = entered(fresh(), [pick("SPY", "0.5")], usd(SPY=100), usd(SPY=104), TERMS)
    spent = 50 * Decimal("105.04")
    assert start == 10_000
    assert book.purse == Purse(10_000 - spent - Decimal("5.25"), usd(SPY=50))
    book = lived(book, usd(SPY=110), TERMS)
    assert book.worth() == 10_000 - spent - Decimal("5.25") + 5_500


@pytest.mark.parametrize("horizon", list(Horizon))
@pytest.mark.parametrize("side", [1, -1])
def test_a_horizon_ends_at_the_close_of_its_session(horizon, side):
    book, _ = entered(
        fresh(), [pick("SPY", side, horizon.sessions)], usd(SPY=100), usd(SPY=100), FREE
    )
    for number in range(7):
        book = lived(book, usd(SPY=100 + number), FREE)
        assert bool(book.purse.shares) is (number < horizon.sessions)
    assert book.purse.cash == 10_000 + side * 100 * horizon.sessions


def test_what_a_benchmark_holds_no_horizon_ends():
    book, _ = entered(fresh(), [pick("SPY", 1, None)], usd(SPY=100), usd(SPY=100), FREE)
    for _ in range(20):
        book = lived(book, usd(SPY=101), FREE)
    assert book.purse.shares == usd(SPY=100)


def test_a_turn_is_two_orders_and_the_week_ends_between_them():
    """Bought back at 101 for 5.05; what the line is worth then starts the new week."""
    book = short_spy()
    cash = Decimal(10_000) + 50 * 99 - Decimal("4.95")
    assert book.purse.cash == cash
    turned, start = entered(book, [pick("SPY", "0.5")], usd(SPY=100), usd(SPY=100), TERMS)
    assert start == cash - 50 * 101 - Decimal("5.05")
    assert turned.purse.shares == usd(SPY=49)
    assert turned.purse.cash == start - 49 * 101 - Decimal("4.95")


def test_on_the_same_side_only_the_difference_is_traded():
    book, _ = entered(fresh(), [pick("SPY", "0.5")], usd(SPY=100), usd(SPY=100), FREE)
    more, start = entered(book, [pick("SPY", 1, 1)], usd(SPY=100), usd(SPY=102), FREE)
    assert start == 10_000 + 50 * 2
    assert more.purse == Purse(Decimal(5_000) - 50 * 102, usd(SPY=100))
    less, start = entered(more, [pick("SPY", "0.5")], usd(SPY=102), usd(SPY=102), FREE)
    assert less.purse.shares == usd(SPY=49)
    assert start == more.purse.worth(usd(SPY=102))


def test_two_horizons_in_one_asset_each_end_by_themselves():
    picks = [pick("SPY", "0.25", 1), pick("SPY", "0.5", 5)]
    book, _ = entered(fresh(), picks, usd(SPY=100), usd(SPY=100), FREE)
    held = []
    for _ in SESSIONS:
        book = lived(book, usd(SPY=100), FREE)
        held.append(book.purse.held("SPY"))
    assert held == [75, 50, 50, 50, 50, 0, 0]


def test_a_short_pays_its_borrow_for_every_session():
    book = lived(short_spy(), usd(SPY=90), TERMS)
    assert borrowed(book, usd(SPY=90), TERMS).purse.cash == book.purse.cash - Decimal("0.45")
    assert borrowed(book, {}, TERMS) == book


def test_what_has_no_price_waits_keeps_its_mark_and_counts_against_coverage():
    book, _ = entered(fresh(), [pick("SPY", 1), pick("TLT", 1)], usd(SPY=100, TLT=50), {}, FREE)
    book = lived(book, {}, FREE)
    assert book.worth() == 10_000
    book = lived(book, usd(SPY=101, TLT=50), FREE)
    assert book.purse.shares == usd(SPY=100, TLT=200)
    book = lived(book, usd(TLT=51), FREE)
    assert book.worth() == 10_000 + 200
    book = lived(book, usd(SPY=101, TLT=51), FREE)
    assert (book.sessions, book.priced, book.coverage) == (4, 2, Decimal("0.5"))
    assert lived(fresh(), {}, FREE).coverage == 1


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


def decided(as_of, day=WEDNESDAY, chair=1.0):
    choices = [Choice("SPY", Direction.LONG, Horizon.WEEK, one) for one in (1.0, 2.0)]
    side = Direction.LONG if chair > 0 else Direction.FLAT
    return Deliberation(
        week_id=WeekId(day.isoformat()),
        as_of=as_of,
        assets={"SPY": Tradable(Decimal(100), shortable=True)},
        voices=tuple(
            Voice(AccountId(f"acct_{place}"), choice, f"idea-{place}", 70, 1)
            for place, choice in enumerate(choices, 1)
        ),
        chair=Choice("SPY", side, Horizon.WEEK, chair),
    )


@pytest.mark.parametrize(("wall", "price"), [("13:00", 101), ("15:00", 105)])
def test_the_desk_enters_at_the_first_price_after_the_decision(wall, price):
    session = mark(WEDNESDAY, {"SPY": 101}, SPY=105)
    desk, week = marked(LabDesk(), decided(at(WEDNESDAY, wall)), session, FREE)
    assert week is not None
    assert week.kind is WeekKind.UNANIMOUS
    assert set(week.starts.values()) == {Decimal(100_000)}
    assert desk.books[CHAIRMAN].purse == Purse(Decimal(100_000 - 500 * price), usd(SPY=500))
    assert desk.books[PLURALITY].purse.shares == usd(SPY=750)
    assert desk.books[HALVED].purse.shares == usd(SPY=500)
    assert SIXTY_FORTY not in desk.books


def test_a_week_decided_after_the_close_waits_for_the_next_session():
    found = decided(at(WEDNESDAY, "22:00"))
    desk, week = marked(LabDesk(), found, mark(WEDNESDAY, {"SPY": 101}, SPY=105), FREE)
    assert (desk, week) == (LabDesk(), None)
    desk, week = marked(desk, found, mark(SESSIONS[1], {"SPY": 101}, SPY=105), FREE)
    assert week is not None


def test_a_week_is_entered_once_and_never_an_older_one():
    first = decided(at(WEDNESDAY))
    desk, _ = marked(LabDesk(), first, mark(WEDNESDAY, SPY=100), FREE)
    older = decided(at(WEDNESDAY), date(2024, 2, 28), chair=0.0)
    for found in (first, older, None):
        after, week = marked(desk, found, mark(SESSIONS[1], SPY=101), FREE)
        assert week is None
        assert after.books[CHAIRMAN].purse == desk.books[CHAIRMAN].purse


def test_nothing_is_entered_before_the_chairman_decided():
    talking = Deliberation(WeekId(WEDNESDAY.isoformat()), at(WEDNESDAY))
    assert marked(LabDesk(), talking, mark(WEDNESDAY, SPY=1), FREE) == (LabDesk(), None)


PRICES = st.lists(st.integers(50, 200), min_size=6, max_size=6)
PICKS = st.lists(
    st.builds(
        pick,
        st.sampled_from(["SPY", "TLT"]),
        st.decimals(-1, 1, places=3).filter(bool),
        st.sampled_from([None, 1, 3, 5]),
    ),
    max_size=3,
)


@given(picks=PICKS, spy=PRICES, tlt=PRICES)
def test_money_is_only_made_by_moving_prices_and_only_lost_to_costs(picks, spy, tlt):
    seen = usd(SPY=spy[0], TLT=tlt[0])
    still, _ = entered(fresh(), picks, seen, seen, FREE)
    costly, _ = entered(fresh(), picks, seen, seen, TERMS)
    for _ in range(6):
        still, costly = lived(still, seen, FREE), lived(costly, seen, TERMS)
    assert still.worth() == 10_000
    assert costly.worth() <= 10_000
    book, _ = entered(fresh(), picks, seen, seen, FREE)
    for closes in (usd(SPY=a, TLT=b) for a, b in zip(spy, tlt, strict=True)):
        before = book.purse.worth(closes)
        book = lived(book, closes, FREE)
        assert book.worth() == before


@given(spy=st.integers(1, 500), cash=st.integers(1_000, 100_000))
def test_spy_costs_nothing_while_it_is_held(spy, cash):
    """Whole shares of all its money: entering the next week at the same price trades nothing."""
    price = usd(SPY=spy)
    book, _ = entered(fresh(cash), [pick("SPY", 1, None)], price, price, FREE)
    again, start = entered(lived(book, price, FREE), [pick("SPY", 1, None)], price, price, TERMS)
    assert again.purse == book.purse
    assert start == cash


def test_a_desk_charges_the_shorts_of_all_its_lines():
    found = decided(at(WEDNESDAY))
    desk, _ = marked(LabDesk(), found, mark(WEDNESDAY, SPY=100), TERMS)
    assert charged(desk, mark(WEDNESDAY, SPY=100), TERMS) == desk
    assert desk.books[SPY_FULL].purse.shares == usd(SPY=100)
