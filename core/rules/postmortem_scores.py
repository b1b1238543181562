"""Every score of a week from what the log holds of it: pure, so that a replay scores the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.rules.postmortem_exits import Leg, exit_score
from core.rules.postmortem_theses import indicator_scores, thesis_score
from core.rules.postmortem_warnings import WARNS_AT, warning_scores
from core.rules.week_prices import SessionPrices
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.decision import ChairmanDecision
from core.schemas.market import MarketSnapshot
from core.schemas.pitch import Pitch
from core.schemas.postmortem_scores import FiredRule, PostmortemScores, ThesisScore
from core.schemas.review import PeerReview
from core.types import AccountId, CheckpointAction


@dataclass(frozen=True, slots=True)
class WeekRecord:
    """What the week's official run left: None and empty where a stage never came.

    ``ending`` is the next week's frozen snapshot, ``prices`` the week's marked sessions in order.
    """

    pitches: tuple[Pitch, ...] = ()
    reviews: tuple[PeerReview, ...] = ()
    decision: ChairmanDecision | None = None
    snapshot: MarketSnapshot | None = None
    ending: MarketSnapshot | None = None
    prices: tuple[SessionPrices, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What one account did in the week: its result (USD), its checkpoints, its position."""

    account_id: AccountId
    pnl: Decimal
    decisions: Sequence[CheckpointDecision] = field(default_factory=tuple)
    leg: Leg | None = None


def week_scores(
    week: WeekRecord, accounts: Sequence[AccountRecord], council: AccountId
) -> PostmortemScores:
    """The scores, in the order of the pitches, the reviews and the accounts."""
    legs = [account.leg for account in accounts if account.leg is not None]
    exits = (exit_score(leg, week.prices) for leg in legs)
    return PostmortemScores(
        theses=_theses(week, council),
        indicators=tuple(
            score
            for pitch in week.pitches
            for score in indicator_scores(pitch, week.ending, week.prices)
        ),
        fired=tuple(rule for account in accounts for rule in _fired(account)),
        warnings=tuple(warning_scores(week.reviews, week.pitches, _pnl(accounts), week.prices)),
        exits=tuple(score for score in exits if score is not None),
        indicators_as_of=week.ending.as_of if week.ending else None,
        warns_at=WARNS_AT,
    )


def _theses(week: WeekRecord, council: AccountId) -> tuple[ThesisScore, ...]:
    trades = [(pitch.account_id, (pitch.instrument, pitch.direction)) for pitch in week.pitches]
    if week.decision is not None:
        chosen = week.decision.selected_trade
        trades.append((council, (chosen.instrument, chosen.direction)))
    return tuple(
        thesis_score(account_id, trade, week.snapshot, week.prices) for account_id, trade in trades
    )


def _pnl(accounts: Sequence[AccountRecord]) -> Mapping[AccountId, Decimal]:
    return {account.account_id: account.pnl for account in accounts}


def _fired(account: AccountRecord) -> list[FiredRule]:
    return [
        FiredRule(
            account_id=account.account_id,
            at=decision.timestamp,
            action=decision.action,
            rule=decision.rule,
            invalidated=decision.invalidated,
            panic=decision.panic,
        )
        for decision in account.decisions
        if decision.action is not CheckpointAction.STAY
    ]
