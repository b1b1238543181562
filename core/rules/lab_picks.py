"""What each line of the council lab holds in a week: signed weights of its own equity, by name of line.

The lines that stand for a council (chairman, votes, best-reviewed, random) sit out a week without a
quorum, as the council has to; each PM and the benchmarks go on. A short that the desk would refuse, an
instrument without a price and a conviction below the minimum weigh nothing, as they do for accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.policy import RiskLimits
from core.rules.limits import Limits, Wish, apply_limits
from core.rules.sizing import target_weight
from core.rules.votes import (
    ZERO,
    Choice,
    Council,
    Mix,
    alone,
    best_reviewed,
    conviction_vote,
    is_unanimous,
    plurality,
    random_pick,
    without,
)
from core.types import Horizon

CHAIRMAN, PLURALITY, CONVICTION, BEST = "chairman", "plurality", "conviction_vote", "best_reviewed"
HALVED, FIXED, RANDOM = "half_when_split", "fixed_size", "random"
SPY_FULL, SPY_AVERAGE, SIXTY_FORTY, FLAT = "spy", "spy_average", "sixty_forty", "flat"
PM, WITHOUT = "pm/", "without/"
"""Before an account: that PM alone, and the plurality vote without it."""
FIXED_WEIGHT = Decimal("0.5")
"""Of the largest position: a conviction of one, the middle of the scale."""
HALF, WHOLE = Decimal("0.5"), Decimal(1)
STOCKS, BONDS = "SPY", ("IEF", "TLT")
SIXTY, FORTY = Decimal("0.6"), Decimal("0.4")


@dataclass(frozen=True, slots=True)
class Pick:
    """A signed weight of equity, held for ``sessions`` after the entry's; None: until the next week."""

    instrument: str
    weight: Decimal
    sessions: int | None


@dataclass(frozen=True, slots=True)
class Tradable:
    """What the week's frozen snapshot says of an asset: USD a share, and whether it can be shorted."""

    price: Decimal
    shortable: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What picks are sized by: the snapshot's assets and the limits in force."""

    assets: Mapping[str, Tradable]
    risk: RiskLimits

    def weight(self, choice: Choice) -> Decimal:
        """The signed weight an account would be allowed for this choice."""
        asked = target_weight(
            choice.conviction,
            choice.direction,
            self.risk.max_position_pct,
            self.risk.min_conviction,
        )
        asset = self.assets.get(choice.instrument or "")
        wish = Wish(
            instrument=choice.instrument,
            weight=asked,
            price=asset.price if asset else None,
            shortable=asset is not None and asset.shortable,
            equity=WHOLE,
        )
        return apply_limits(wish, Limits(self.risk.max_position_pct, self.risk.max_gross_pct))[0]

    def picks(self, mix: Mix, size: Decimal = WHOLE) -> tuple[Pick, ...]:
        """Every choice of the mix at its part of its weight, times ``size``."""
        weighed = ((choice, self.weight(choice) * part * size) for choice, part in mix)
        return tuple(
            Pick(choice.instrument or "", weight, choice.horizon.sessions)
            for choice, weight in weighed
            if weight
        )


Picks = Mapping[str, tuple[Pick, ...]]


def exposure(picks: tuple[Pick, ...]) -> Decimal:
    """The share of equity at work over a week: |weight|, for as much of five sessions as it is held."""
    whole = Decimal(Horizon.WEEK.sessions)
    return sum((abs(one.weight) * (one.sessions or whole) / whole for one in picks), ZERO)


def lab_picks(council: Council, board: Board, average_exposure: Decimal) -> Picks:
    """Every line's picks of the week; ``average_exposure`` (0 to 1) is the chairman's so far."""
    members = {f"{PM}{one.account_id}": board.picks(alone(one.choice)) for one in council.voices}
    return {**_councils(council, board), **members, **_benchmarks(board, average_exposure)}


def chairmans(council: Council, board: Board) -> tuple[Pick, ...]:
    return board.picks(alone(council.chair))


def _councils(council: Council, board: Board) -> dict[str, tuple[Pick, ...]]:
    voices = council.voices
    chairman = alone(council.chair)
    split = not is_unanimous(voices)
    mixes = {
        PLURALITY: plurality(voices),
        CONVICTION: conviction_vote(voices),
        BEST: best_reviewed(voices),
        RANDOM: random_pick(council.week_id, voices),
        **{
            f"{WITHOUT}{one.account_id}": plurality(without(voices, one.account_id))
            for one in voices
        },
    }
    return {
        CHAIRMAN: board.picks(chairman),
        HALVED: board.picks(chairman, HALF if split else WHOLE),
        FIXED: _at_fixed_size(board, chairman),
        **{line: board.picks(mix if council.has_quorum else ()) for line, mix in mixes.items()},
    }


def _at_fixed_size(board: Board, mix: Mix) -> tuple[Pick, ...]:
    size = FIXED_WEIGHT * board.risk.max_position_pct
    return tuple(
        Pick(one.instrument, size.copy_sign(one.weight), one.sessions) for one in board.picks(mix)
    )


def _benchmarks(board: Board, average_exposure: Decimal) -> dict[str, tuple[Pick, ...]]:
    """Held from week to week; one whose assets the desk does not know is no line."""
    found: dict[str, tuple[Pick, ...]] = {FLAT: ()}
    if STOCKS not in board.assets:
        return found
    bonds = next((symbol for symbol in BONDS if symbol in board.assets), None)
    found[SPY_FULL] = (Pick(STOCKS, WHOLE, None),)
    found[SPY_AVERAGE] = _kept(STOCKS, average_exposure)
    if bonds is not None:
        found[SIXTY_FORTY] = (*_kept(STOCKS, SIXTY), *_kept(bonds, FORTY))
    return found


def _kept(symbol: str, weight: Decimal) -> tuple[Pick, ...]:
    return (Pick(symbol, weight, None),) if weight else ()
