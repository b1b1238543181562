"""A flip passes the same hard limits as a week's trade, and never exceeds the week's own sizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.policy import RiskLimits
from core.rules.account_book import AccountBook
from core.rules.checkpoints import UNSHORTABLE_FLIP
from core.rules.ledger import equity
from core.rules.limits import Limits, Wish, apply_limits
from core.rules.sizing import quantity, target_weight
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.risk import LimitHit, LimitOutcome, Target
from core.types import CheckpointAction, Direction, Shares

ZERO = Decimal(0)
REFUSED_FLIP = "refused_flip_is_exit"
WEEK_SIZING = "week_sizing"


@dataclass(frozen=True, slots=True)
class Flip:
    """What a slot knows of one account: its position, its worth (USD) and if its symbol can be lent."""

    target: Target
    held: Shares
    price: Decimal
    equity: Decimal
    shortable: bool

    @property
    def direction(self) -> Direction:
        """The other side of what is held."""
        return Direction.SHORT if self.held > 0 else Direction.LONG


@dataclass(frozen=True, slots=True)
class Limited:
    """A decision as it may be done: ``opens`` shares (positive) of the other side, and what cut them."""

    decision: CheckpointDecision
    opens: Shares = ZERO
    hits: tuple[LimitHit, ...] = ()


def flip_of(
    book: AccountBook,
    decision: CheckpointDecision,
    marks: Mapping[str, Decimal],
    *,
    shortable: bool,
) -> Flip | None:
    """The flip a decision asks for, done or refused for want of shares to borrow; None for any other.

    ``marks`` value what the account holds; NoBars names what they miss.
    """
    wanted = decision.action is CheckpointAction.FLIP or decision.rule == UNSHORTABLE_FLIP
    if book.week is None or decision.price is None or not wanted:
        return None
    target = book.week.target
    held = book.quantity(target.instrument or "")
    return Flip(target, held, decision.price, equity(book.ledger, marks), shortable)


def limited(decision: CheckpointDecision, flip: Flip | None, risk: RiskLimits) -> Limited:
    """A FLIP with its size, or the EXIT that is left of it when a limit allows nothing."""
    if flip is None:
        return Limited(decision)
    shares, hits = flip_size(flip, decision.conviction_after, risk)
    if decision.action is not CheckpointAction.FLIP:
        return Limited(decision, hits=hits)
    if shares:
        return Limited(decision, shares, hits)
    exit_ = {"action": CheckpointAction.EXIT, "conviction_after": 0.0, "rule": REFUSED_FLIP}
    return Limited(decision.model_copy(update=exit_), hits=hits)


def flip_size(
    flip: Flip, conviction: float, risk: RiskLimits
) -> tuple[Shares, tuple[LimitHit, ...]]:
    """Shares (positive) of the other side, by the smaller of the new and Wednesday's |conviction|.

    A conviction of 0 (a flip refused before it was sized) asks for Wednesday's.
    """
    wednesday = abs(flip.target.conviction)
    size = min(abs(conviction) or wednesday, wednesday)
    asked = target_weight(
        size * flip.direction.sign, flip.direction, risk.max_position_pct, risk.min_conviction
    )
    wish = Wish(flip.target.instrument, asked, flip.price, flip.shortable, flip.equity)
    weight, hits = apply_limits(wish, Limits(risk.max_position_pct, risk.max_gross_pct))
    shares = abs(quantity(weight, flip.equity, flip.price, fractional_longs=risk.fractional_longs))
    if not shares and not hits:
        hits = (_too_small(abs(weight) * flip.equity, flip.price),)
    sized = abs(flip.target.quantity)
    if shares <= sized:
        return shares, hits
    return sized, (*hits, _of_the_week(shares, sized))


def _too_small(worth: Decimal, price: Decimal) -> LimitHit:
    return LimitHit(
        limit="one_share",
        asked=f"{worth:.2f} USD",
        allowed=f"at least {price} USD",
        outcome=LimitOutcome.REFUSED,
        reason=f"{worth:.2f} USD buys no share at {price} USD",
    )


def _of_the_week(asked: Shares, sized: Shares) -> LimitHit:
    return LimitHit(
        limit=WEEK_SIZING,
        asked=f"{asked} shares",
        allowed=f"{sized} shares",
        outcome=LimitOutcome.CLAMPED if sized else LimitOutcome.REFUSED,
        reason=f"{asked} shares of the other side are more than the week's sizing of {sized}",
    )
