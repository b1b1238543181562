"""The chairman beside the votes: what each way to choose would have picked, and how clearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.rules.votes import (
    Choice,
    Council,
    Mix,
    Voice,
    alone,
    best_reviewed,
    conviction_vote,
    plurality,
)
from core.types import AccountId, Direction


class Way(StrEnum):
    """How a council could have chosen among the same pitches."""

    PLURALITY = "plurality"
    CONVICTION = "by conviction"
    SCORE = "best mean score"
    RANK = "best mean rank"


class Agreement(StrEnum):
    """``tied`` when the chairman's pick is one of several with equal support."""

    SAME = "same as the chairman"
    TIED = "tied with the chairman's"
    OTHER = "another pick"


@dataclass(frozen=True, slots=True)
class Tally:
    """``mix`` is what the way picks: empty when nothing could be counted.

    ``support`` of ``whole`` stands behind it: votes, conviction points, score of 10, or rank of n.
    """

    way: Way
    mix: Mix
    support: float
    whole: float
    agreement: Agreement


def tallies(council: Council, ranks: Mapping[AccountId, float]) -> tuple[Tally, ...]:
    """Every way on the council's pitches; ``ranks`` are mean ranks (1 best) of the reviewed ones."""
    voices = council.voices
    if not voices:
        return ()
    counted = {
        Way.PLURALITY: (plurality(voices), *_votes(voices)),
        Way.CONVICTION: (conviction_vote(voices), *_conviction(voices)),
    }
    if any(voice.reviews for voice in voices):
        best = max(float(voice.score) for voice in voices)
        counted[Way.SCORE] = (best_reviewed(voices), best, 10.0)
    known = [voice for voice in voices if voice.account_id in ranks]
    if known:
        least = min(ranks[voice.account_id] for voice in known)
        counted[Way.RANK] = (best_ranked(known, ranks), least, float(len(known) - 1))
    return tuple(
        Tally(way, mix, support, whole, _agreement(mix, council.chair))
        for way, (mix, support, whole) in counted.items()
    )


def best_ranked(voices: Sequence[Voice], ranks: Mapping[AccountId, float]) -> Mix:
    """The pitch with the lowest mean rank; ties in equal parts."""
    least = min(ranks[voice.account_id] for voice in voices)
    tied = {
        voice.choice: alone(voice.choice) for voice in voices if ranks[voice.account_id] == least
    }
    return tuple((choice, part / len(tied)) for mix in tied.values() for choice, part in mix)


def _votes(voices: Sequence[Voice]) -> tuple[float, float]:
    return _most([1.0] * len(voices), voices), float(len(voices))


def _conviction(voices: Sequence[Voice]) -> tuple[float, float]:
    strengths = [abs(voice.choice.conviction) for voice in voices]
    return _most(strengths, voices), sum(strengths)


def _most(weights: Sequence[float], voices: Sequence[Voice]) -> float:
    """The most weight behind one (instrument, direction); a weight a voice."""
    behind: dict[tuple[str, Direction], float] = {}
    for weight, voice in zip(weights, voices, strict=True):
        behind[voice.choice.vote] = behind.get(voice.choice.vote, 0.0) + weight
    return max(behind.values())


def _agreement(mix: Mix, chair: Choice) -> Agreement:
    votes = {choice.vote for choice, _ in mix} or {("", Direction.FLAT)}
    if chair.vote not in votes:
        return Agreement.OTHER
    return Agreement.SAME if len(votes) == 1 else Agreement.TIED
