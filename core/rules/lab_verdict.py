"""Does the council add value? One answer in plain words, made by code from the lab's record."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.lab_record import RULES, LabRecord
from core.rules.statistics.evidence import Standing
from core.rules.statistics.paired import PairedDifference, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """``short`` is the answer, ``reasons`` the sentences behind it."""

    verdict: Verdict
    short: str
    reasons: tuple[str, ...]


def answer(record: LabRecord) -> Answer:
    """The chairman against the plurality vote of the same pitches."""
    found = record.headline
    if found is None or found.mean is None:
        return Answer(
            Verdict.TOO_EARLY,
            "Too early to say.",
            (_missing(record.council), "No week is over yet."),
        )
    reasons = {
        Verdict.TOO_EARLY: (_missing(record.council), _so_far(found)),
        Verdict.NO_DIFFERENCE: (_so_far(found), *_power(found)),
        Verdict.BETTER: (_so_far(found), *_power(found)[:1]),
        Verdict.WORSE: (_so_far(found), *_power(found)[:1]),
    }
    short = {
        Verdict.TOO_EARLY: "Too early to say.",
        Verdict.NO_DIFFERENCE: "Not shown: the chairman is not told apart from a plain vote.",
        Verdict.BETTER: "Yes: the chairman does better than a plain vote.",
        Verdict.WORSE: "No: a plain vote does better than the chairman.",
    }
    return Answer(found.verdict, short[found.verdict], reasons[found.verdict])


def _missing(council: Standing) -> str:
    needed, evidence = RULES.evidence, council.evidence
    said = (
        f"{evidence.weeks} finished weeks and {evidence.closed_trades} closed trades; a verdict "
        f"needs {needed.weeks} and {needed.closed_trades}"
    )
    missing = [
        more(number, what)
        for number, what in (
            (council.weeks_missing, "week"),
            (council.trades_missing, "closed trade"),
        )
        if number
    ]
    return f"{said}: {' and '.join(missing)}." if missing else f"{said}."


def more(number: int, what: str) -> str:
    """``1 more week``, ``9 more weeks``."""
    return f"{number} more {what}{'' if number == 1 else 's'}"


def _so_far(found: PairedDifference) -> str:
    assert found.mean is not None
    word = "more" if found.mean >= 0 else "less"
    said = (
        f"Over {found.weeks} weeks the chairman earned {abs(found.mean):.2%} a week {word} than "
        "the plurality vote of the same pitches"
    )
    if found.interval is None:
        return f"{said}; too few weeks, or too little that differs, for an interval."
    adjusted = "" if found.adjusted_p is None else f", Holm-adjusted p {found.adjusted_p:.3f}"
    return (
        f"{said} (95 % interval {found.interval.low:+.2%} to {found.interval.high:+.2%}{adjusted})."
    )


def _power(found: PairedDifference) -> tuple[str, ...]:
    if found.smallest_detectable is None:
        return ()
    least = (
        f"A true difference of {found.smallest_detectable:.2%} a week would be found in 80 of 100 "
        "such records."
    )
    edge = f"an edge of {RULES.edge:g} weekly standard deviations"
    if found.weeks_needed:
        return (least, f"To find {edge} it takes {more(found.weeks_needed, 'week')}.")
    return (least, f"The record is long enough to find {edge}.")
