"""What happened, as one sentence a person would say."""

from __future__ import annotations

from core.schemas.decision import DecisionOrigin
from core.schemas.research import PackStatus, ResearchOutcome
from core.types import Direction
from pages.ui.format import conviction, trade
from pages.ui.safe import safe
from storage.queries import DecisionLine, WeekSummary

HORIZONS = {"1d": "one session", "3d": "three sessions", "1w": "the week"}


def decision_sentence(summary: WeekSummary) -> str:
    """The council's decision in Markdown, or how far the week has come."""
    decision = summary.decision
    if decision is None:
        done = len(summary.stages)
        stages = "1 stage" if done == 1 else f"{done} stages"
        return f"No decision yet: {stages} finished, the run is {summary.status}."
    if decision.origin is DecisionOrigin.NO_QUORUM:
        return (
            f"**FLAT**: only {summary.received} pitches could be used, too few for a quorum, "
            "so the council stays out of the market."
        )
    if decision.origin is DecisionOrigin.CHAIRMAN_FAILED:
        return "**FLAT**: no chairman gave a usable decision, so the council stays out."
    return _spoken(decision)


def _spoken(decision: DecisionLine) -> str:
    chairman = safe(decision.chairman)
    stand_in = " in the chairman's place" if decision.origin is DecisionOrigin.FALLBACK else ""
    if decision.direction is Direction.FLAT:
        return f"**FLAT**: {chairman}{stand_in} keeps the council out of the market."
    return (
        f"**{safe(trade(decision.instrument, decision.direction))}** for "
        f"{HORIZONS[decision.horizon]}, conviction {conviction(decision.conviction)} of 2, "
        f"by {chairman}{stand_in}."
    )


def dissents(count: int) -> str:
    if not count:
        return "no dissent"
    return "1 dissent" if count == 1 else f"{count} dissents"


def pack_words(outcome: ResearchOutcome | None) -> tuple[str, str]:
    """A badge and a sentence: not asked yet, missing, empty and received are four things."""
    if outcome is None:
        return "not yet", "This pack has not been asked for yet."
    if outcome.status is PackStatus.MISSING:
        return "missing", f"No answer came: {safe(outcome.missing_because or 'no reason given')}"
    if outcome.status is PackStatus.EMPTY:
        return "empty", "The researcher answered and found nothing worth reporting this week."
    return "received", ""
