"""A week's scores counted: how many came true, how many did not, how many nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.rules.postmortem_warnings import best_counter
from core.schemas.postmortem_scores import Outcome, PostmortemScores, Verdict, WarningScore


@dataclass(frozen=True, slots=True)
class Tally:
    yes: int
    no: int
    undecided: int

    @property
    def decided(self) -> int:
        return self.yes + self.no


def tally(outcomes: Iterable[Outcome]) -> Tally:
    found = list(outcomes)
    return Tally(*(found.count(one) for one in (Outcome.YES, Outcome.NO, Outcome.UNDECIDED)))


def theses(scores: PostmortemScores) -> Tally:
    """Directions right and wrong; those that took no side, or whose price is missing, are undecided."""
    known = {Verdict.RIGHT: Outcome.YES, Verdict.WRONG: Outcome.NO}
    return tally(known.get(one.verdict, Outcome.UNDECIDED) for one in scores.theses)


def indicators(scores: PostmortemScores) -> Tally:
    """Those that held at the week's end."""
    return tally(one.held for one in scores.indicators)


def warnings(scores: PostmortemScores) -> Tally:
    """Warnings whose pitch then lost money."""
    return tally(one.lost for one in scores.warnings if one.warned)


def counters(scores: PostmortemScores) -> tuple[WarningScore, ...]:
    """Each pitch's best counter-argument: its harshest reviewer's, in the order of the accounts."""
    pitches = sorted({one.pitch_account_id for one in scores.warnings})
    found = (best_counter(scores.warnings, account_id) for account_id in pitches)
    return tuple(one for one in found if one is not None)


def counters_met(scores: PostmortemScores) -> Tally:
    return tally(one.came_true for one in counters(scores))
