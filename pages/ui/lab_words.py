"""How the lab's lines, kinds of weeks and verdicts are called."""

from __future__ import annotations

from collections.abc import Mapping

from core.rules.contamination import Knowledge
from core.rules.lab_picks import (
    BEST,
    CHAIRMAN,
    CONVICTION,
    FIXED,
    FLAT,
    HALVED,
    PLURALITY,
    PM,
    RANDOM,
    SIXTY_FORTY,
    SPY_AVERAGE,
    SPY_FULL,
    WITHOUT,
)
from core.rules.lab_tracks import Tenure, Track
from core.rules.lab_verdict import more
from core.rules.statistics.evidence import Shortfall, Standing
from core.rules.votes import WeekKind
from core.types import AccountId
from pages.ui.format import week
from storage.queries import AccountLabel

NAMES = {
    CHAIRMAN: "Chairman",
    PLURALITY: "Plurality vote",
    CONVICTION: "Conviction-weighted vote",
    BEST: "Best-reviewed pitch",
    HALVED: "Chairman, half size when split",
    FIXED: "Chairman, one fixed size",
    RANDOM: "One pitch by lot",
    SPY_FULL: "SPY",
    SPY_AVERAGE: "SPY at the chairman's exposure",
    SIXTY_FORTY: "60/40",
    FLAT: "FLAT",
}
KINDS = {
    WeekKind.UNANIMOUS: "Unanimous",
    WeekKind.SPLIT: "Split",
    WeekKind.OVERRULED: "Chair overrules majority",
    WeekKind.NO_COUNCIL: "No council",
}
STATES = {
    Knowledge.CLEAN: "clean",
    Knowledge.UNKNOWN: "may be known",
    Knowledge.CONTAMINATED: "contaminated",
}
Labels = Mapping[AccountId, AccountLabel]


def line_name(track: Track, labels: Labels) -> str:
    """Plain text; a record under an earlier model has that model's name and its end."""
    name = NAMES.get(track.line) or seat_name(track.line, labels)
    tenure = track.tenure
    if tenure is None or tenure.until is None:
        return name
    return f"{name}, {tenure.model} until {tenure.until}"


def seat_name(seat: str, labels: Labels) -> str:
    """Of an account, its line or an earlier record of either (``acct_1@2026-11-18``); plain text."""
    account, _, until = seat.removeprefix(PM).removeprefix(WITHOUT).partition("@")
    known = labels.get(AccountId(account))
    name = f"{account}, until {until}" if until else known.shown if known else account
    return f"without {name}" if seat.startswith(WITHOUT) else name


def tenure_name(tenure: Tenure) -> str:
    """A record of the council: its chairman's model and its time."""
    begin = f"from {week(tenure.since)}" if tenure.since else "from the start"
    end = "" if tenure.until is None else f" to before {week(tenure.until)}"
    return f"{tenure.model or 'chairman'}, {begin}{end}"


def missing(standing: Standing) -> str:
    """Why a line has no rank, in a few words; nothing when it may have one."""
    said = {
        Shortfall.WEEKS: more(standing.weeks_missing, "week"),
        Shortfall.TRADES: more(standing.trades_missing, "closed trade"),
        Shortfall.COVERAGE: "coverage below 95 %",
    }
    return ", ".join(said[one] for one in standing.shortfalls)
