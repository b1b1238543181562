"""What code makes of a week before anybody writes a word about it: every score typed, none guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from core.schemas.base import Schema
from core.schemas.pitch import Comparison
from core.types import AccountId, CheckpointAction, Direction


class Verdict(StrEnum):
    """``flat``: no side was taken, or the price did not move; ``undecided``: a price is not known."""

    RIGHT = "right"
    WRONG = "wrong"
    FLAT = "flat"
    UNDECIDED = "undecided"


class Outcome(StrEnum):
    """Whether something held or came true; ``undecided`` where code cannot tell."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


class ThesisScore(Schema):
    """One thesis from Wednesday's frozen price to the week's last close, USD.

    ``thesis_return`` is a fraction seen from the thesis: positive is its way, for shorts too.
    """

    account_id: AccountId
    instrument: str | None
    direction: Direction
    verdict: Verdict
    reference: Decimal | None
    last: Decimal | None
    thesis_return: float | None


class IndicatorScore(Schema):
    """A pitch's indicator on Wednesday and at the week's end; it held while on its side."""

    account_id: AccountId
    name: str
    side: Comparison
    threshold: float
    on_wednesday: float
    at_end: float | None
    held: Outcome


class FiredRule(Schema):
    """A checkpoint that acted, the rule (or row of the contradiction table) it acted by."""

    account_id: AccountId
    at: datetime
    action: CheckpointAction
    rule: str
    invalidated: bool
    panic: bool


class WarningScore(Schema):
    """One review looked at again: what it scored lowest, and what became of the pitch.

    ``warned``: its lowest score is at or below the rule's limit; ``lost`` whether the pitch's account
    then lost money. ``flip`` is the price condition beside its best argument against, as far as code
    can read it; ``came_true`` whether a close of the week met it, and ``met_on`` the first that did.
    """

    review_id: str
    reviewer_account_id: AccountId
    pitch_account_id: AccountId
    mean: float
    lowest: int
    lowest_names: tuple[str, ...]
    warned: bool
    pnl: Decimal | None
    lost: Outcome
    flip: str | None
    came_true: Outcome
    met_on: date | None


class ExitKind(StrEnum):
    """How a position ended: not (``open``, ``carried`` into the next week), in part, or whole."""

    OPEN = "open"
    CARRIED = "carried"
    PARTLY = "partly"
    CLOSED = "closed"


class ExitScore(Schema):
    """The position in the thesis' own direction, from its entry to its exit; prices in USD.

    ``place`` is where the exit lies in the range of the week's opens and closes since entry, 0 the
    worst and 1 the best price for this side. ``trade_return`` is what it brought before costs, what is
    not closed at the last close; ``hold_return`` what holding all of it to that close would have.
    """

    account_id: AccountId
    instrument: str
    direction: Direction
    kind: ExitKind
    entry: Decimal
    exit: Decimal | None
    exited_at: datetime | None
    reason: str | None
    low: Decimal
    high: Decimal
    place: float | None
    trade_return: float
    hold_return: float

    @property
    def against_holding(self) -> float:
        """What leaving brought or cost against holding on, a fraction."""
        return self.trade_return - self.hold_return


class PostmortemScores(Schema):
    """Every score of a week. ``indicators_as_of``: the snapshot the week's-end values are from.

    It is the next week's frozen one; None before that, when only prices are known.
    """

    theses: tuple[ThesisScore, ...]
    indicators: tuple[IndicatorScore, ...]
    fired: tuple[FiredRule, ...]
    warnings: tuple[WarningScore, ...]
    exits: tuple[ExitScore, ...]
    indicators_as_of: datetime | None
    warns_at: int
