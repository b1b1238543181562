"""What the validator's code sees by itself: repeated failures, a fresh loss, similar setups that lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.rules.cycle_patterns import losses_in_a_row, patterns
from core.schemas.cycle import PastTrade
from core.schemas.signal import SignalAction, SignalRisk
from tests.fakes.cycles import AS_OF, setup


def trade(pnl: int, days_ago: int, symbol: str = "AAPL") -> PastTrade:
    closed = AS_OF - timedelta(days=days_ago)
    return PastTrade(symbol=symbol, pnl=Decimal(pnl), returned=pnl / 1000, closed_at=closed)


def proposed(action: SignalAction = SignalAction.BUY) -> SignalRisk:
    ten = Decimal(10)
    return SignalRisk(
        symbol="AAPL",
        action=action,
        asked=ten,
        allowed=ten,
        adjusted_quantity=ten,
        approved=True,
        judged=True,
    )


def names(found) -> list[tuple[str, bool]]:
    return [(one.name, one.refuses) for one in found]


def test_two_losses_warn_and_three_refuse():
    two = [trade(-5, 60), trade(-5, 40)]
    assert names(patterns(proposed(), two, (), AS_OF)) == [("repeated_failures", False)]
    three = [trade(-5, 90), *two]
    assert names(patterns(proposed(), three, (), AS_OF)) == [("repeated_failures", True)]


def test_a_win_another_symbol_or_an_old_loss_ends_the_row():
    assert losses_in_a_row([trade(-5, 40), trade(5, 20), trade(-5, 10)], AS_OF) == 1
    assert losses_in_a_row([trade(-5, 500), trade(-5, 10)], AS_OF) == 1
    others = [trade(-5, day, "MSFT") for day in (90, 60, 40)]
    assert patterns(proposed(), others, (), AS_OF) == ()


def test_a_loss_of_this_week_is_said():
    assert names(patterns(proposed(), [trade(-5, 6)], (), AS_OF)) == [("fresh_loss", False)]
    assert patterns(proposed(), [trade(-5, 8)], (), AS_OF) == ()


def test_similar_setups_warn_only_when_most_of_three_known_ones_lost():
    lost = [setup(1, -0.02), setup(2, -0.01), setup(3, 0.05)]
    assert names(patterns(proposed(), (), lost, AS_OF)) == [("similar_setups_lost", False)]
    assert "2 of 3" in patterns(proposed(), (), lost, AS_OF)[0].told
    assert patterns(proposed(), (), [*lost[:2], setup(3, None)], AS_OF) == ()


def test_nothing_speaks_against_a_sell():
    three = [trade(-5, day) for day in (3, 2, 1)]
    assert patterns(proposed(SignalAction.SELL), three, [setup(1, -0.1)] * 4, AS_OF) == ()


def test_the_nearest_of_a_small_memory_are_not_similar_when_they_lie_far_off():
    """Else the first three losses would speak against every trade that follows."""
    lost = [setup(number, -0.02, distance=0.2) for number in (1, 2, 3)]
    assert names(patterns(proposed(), (), lost, AS_OF)) == []
