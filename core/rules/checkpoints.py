"""Checkpoint rules: which invalidations are met, what the rules engine says, and what may be done."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.policy import CheckpointPolicy
from core.rules.contradictions import TABLE, ConvictionCase
from core.rules.invalidation import Live, rules_met_by
from core.schemas.briefs import CheckpointAnswer, CheckpointBrief
from core.types import CheckpointAction

MIN_CONVICTION = 0.25
MAX_CONVICTION = 2.0
SESSIONS_A_YEAR = 252
DEFAULT_VOLATILITY = 0.16
"""A year's volatility assumed where none could be measured: long-run equities."""
HALF = 0.5
UNSHORTABLE_FLIP = "unshortable_flip_is_exit"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done, and why: ``rule`` names the invalidation or the contradiction table's row.

    ``panic`` is an EXIT without any invalidation met and without conviction having run out.
    """

    action: CheckpointAction
    conviction_after: float
    rule: str
    panic: bool
    invalidated: bool
    reason: str


def rules_met(brief: CheckpointBrief) -> tuple[str, ...]:
    """The invalidation rules that hold now, in words (``return_since_entry below -0.03``)."""
    live = Live(
        price=float(brief.price),
        return_since_entry=brief.return_since_entry,
        drawdown_since_entry=brief.drawdown_since_entry,
        sessions_held=brief.sessions_held,
    )
    return tuple(rules_met_by(brief.invalidation_rules, live, brief.frozen_levels))


def decide_by_rules(brief: CheckpointBrief, policy: CheckpointPolicy) -> CheckpointAnswer:
    """The rules engine: an invalidation exits; else conviction moves with time and with P/L.

    Conviction loses ``decay_a_session`` of Wednesday's a session held, loses ``penalty`` for each
    volatility (of the sessions held) the price moved against the position, and gains ``reward`` for
    each in its favour. It is computed from Wednesday's conviction each time, so looking more often
    changes nothing. An exit because it ran out answers with no conviction: that is no panic.
    """
    if brief.rules_met:
        reason = f"invalidated: {'; '.join(brief.rules_met)}"
        return CheckpointAnswer(conviction=0.0, action=CheckpointAction.EXIT, reason=reason)
    size, moved = _conviction_now(brief, policy)
    start = abs(brief.wednesday_conviction)
    reason = f"{moved:+.2f} volatilities since entry, {brief.sessions_held} sessions held"
    size = round(max(min(size, MAX_CONVICTION), -MAX_CONVICTION), 4)
    action = _action(size, start, abs(brief.conviction), policy)
    left = min(size, 0.0) if action is CheckpointAction.EXIT else size
    conviction = brief.direction.sign * left + 0.0  # a short's zero is 0.0, not -0.0
    return CheckpointAnswer(conviction=conviction, action=action, reason=reason)


def _conviction_now(brief: CheckpointBrief, policy: CheckpointPolicy) -> tuple[float, float]:
    """Conviction seen from the position (negative: for the other side), and the move in volatilities."""
    yearly = brief.frozen_volatility or DEFAULT_VOLATILITY
    spread = yearly * math.sqrt(max(brief.sessions_held, 1) / SESSIONS_A_YEAR)
    moved = brief.return_since_entry / spread
    start = abs(brief.wednesday_conviction)
    decayed = start * max(1 - policy.decay_a_session * brief.sessions_held, 0.0)
    return decayed + (policy.reward if moved > 0 else policy.penalty) * moved, moved


def _action(size: float, start: float, stored: float, policy: CheckpointPolicy) -> CheckpointAction:
    if size <= -policy.flip_beyond:
        return CheckpointAction.FLIP
    if size < max(policy.exit_below, MIN_CONVICTION):  # what would not be opened is not held
        return CheckpointAction.EXIT
    limit = policy.reduce_below * start
    if size < limit <= stored:  # crossed just now: a position is halved once, not at every look
        return CheckpointAction.REDUCE
    return CheckpointAction.STAY


def resolve(
    brief: CheckpointBrief,
    answer: CheckpointAnswer,
    *,
    flips_used: int,
    shortable: bool,
    halted: bool = False,
) -> Verdict:
    """What is done of an answer: invalidations fire whatever it says, contradictions go by the table.

    FLIP needs an account that may open positions (``halted`` may not), a flip left this week and, for
    a long position, a shortable instrument; else EXIT.
    """
    conviction = max(-MAX_CONVICTION, min(MAX_CONVICTION, answer.conviction))
    if brief.rules_met:
        return Verdict(
            action=CheckpointAction.EXIT,
            conviction_after=0.0,
            rule=f"invalidated: {brief.rules_met[0]}",
            panic=False,
            invalidated=True,
            reason=f"{'; '.join(brief.rules_met)} (the engine said {answer.action})",
        )
    case = conviction_case(brief, conviction)
    row = TABLE[answer.action, case]
    action, name = row.action, row.name
    if action is CheckpointAction.FLIP and halted:
        action, name = CheckpointAction.EXIT, "halted_flip_is_exit"
    elif action is CheckpointAction.FLIP and flips_used:
        action, name = CheckpointAction.EXIT, "second_flip_is_exit"
    elif action is CheckpointAction.FLIP and brief.direction.sign > 0 and not shortable:
        action, name = CheckpointAction.EXIT, UNSHORTABLE_FLIP
    exits = action is CheckpointAction.EXIT
    return Verdict(
        action=action,
        conviction_after=0.0 if exits else conviction,
        rule=name,
        panic=exits and case in (ConvictionCase.SAME, ConvictionCase.WEAKER),
        invalidated=False,
        reason=answer.reason,
    )


def conviction_case(brief: CheckpointBrief, conviction: float) -> ConvictionCase:
    seen = conviction * brief.direction.sign
    if abs(seen) < MIN_CONVICTION:
        return ConvictionCase.NONE
    if seen < 0:
        return ConvictionCase.OPPOSITE
    return ConvictionCase.WEAKER if seen <= HALF * abs(brief.conviction) else ConvictionCase.SAME
