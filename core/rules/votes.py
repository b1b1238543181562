"""A week's council as a vote: who picked what, which kind of week that was, and what ways to choose give.

Every way sees the same pitches. A vote is for an (instrument, direction); FLAT is a pick like any
other, an abstention none. A winner weighs what the mean conviction of those who voted for it weighs,
for the horizon most of them named (the longer one of equals). Ties trade the tied picks in equal
parts. Seats are anonymous: only the votes' contents matter, never whose they are or their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from core.schemas.decision import ChairmanDecision, DecisionOrigin
from core.schemas.pitch import Pitch
from core.schemas.review import SCORE_NAMES, PeerReview
from core.types import AccountId, Direction, Horizon, WeekId, deterministic_id

ZERO = Decimal(0)
PART = Decimal("1e-8")
NOBODY_CHOSE = (DecisionOrigin.NO_QUORUM, DecisionOrigin.CHAIRMAN_FAILED)


@dataclass(frozen=True, slots=True)
class Choice:
    """A trade somebody wants: conviction from -2 to 2, as pitched or decided."""

    instrument: str | None
    direction: Direction
    horizon: Horizon
    conviction: float

    @property
    def vote(self) -> tuple[str, Direction]:
        """What a vote for it is a vote for; every FLAT is the same one."""
        if self.direction is Direction.FLAT or self.instrument is None:
            return "", Direction.FLAT
        return self.instrument, self.direction


@dataclass(frozen=True, slots=True)
class Voice:
    """A PM's pitch; ``points`` is the sum of all scores (1 to 10) in its ``reviews`` reviews."""

    account_id: AccountId
    choice: Choice
    idea_id: str = ""
    points: int = 0
    reviews: int = 0

    @property
    def score(self) -> Fraction:
        """The mean of the seven scores over its reviews, 1 to 10; 0 when nobody reviewed it."""
        return (
            Fraction(self.points, self.reviews * len(SCORE_NAMES)) if self.reviews else Fraction()
        )


@dataclass(frozen=True, slots=True)
class Council:
    """A week's pitches (abstentions left out) and what the chairman made of them."""

    week_id: WeekId
    voices: tuple[Voice, ...]
    chair: Choice
    origin: DecisionOrigin

    @property
    def has_quorum(self) -> bool:
        return self.origin is not DecisionOrigin.NO_QUORUM


class WeekKind(StrEnum):
    """``no_council``: no quorum, or no chairman: nobody overruled anybody."""

    UNANIMOUS = "unanimous"
    SPLIT = "split"
    OVERRULED = "chair_overrules_majority"
    NO_COUNCIL = "no_council"


Mix: TypeAlias = tuple[tuple[Choice, Decimal], ...]
"""Choices, each with the part of the money (0 to 1) it is given; empty is FLAT."""


def voices_of(pitches: Iterable[Pitch]) -> tuple[Voice, ...]:
    """Each pitch as a voice nobody has reviewed yet."""
    return tuple(
        Voice(
            pitch.account_id,
            Choice(pitch.instrument, pitch.direction, pitch.horizon, pitch.conviction),
            pitch.idea_id,
        )
        for pitch in pitches
    )


def reviewed(voices: Iterable[Voice], reviews: Sequence[PeerReview]) -> tuple[Voice, ...]:
    """The same voices with the scores they were given."""
    return tuple(
        _scored(voice, [one for one in reviews if one.pitch_id == voice.idea_id])
        for voice in voices
    )


def _scored(voice: Voice, reviews: Sequence[PeerReview]) -> Voice:
    points = sum(sum(review.scores.by_name().values()) for review in reviews)
    return replace(voice, points=points, reviews=len(reviews))


def chair_of(decision: ChairmanDecision) -> Choice:
    trade = decision.selected_trade
    return Choice(trade.instrument, trade.direction, trade.horizon, decision.conviction)


def is_unanimous(voices: Iterable[Voice]) -> bool:
    """Whether all picked the same instrument and direction (or all FLAT)."""
    return len({voice.choice.vote for voice in voices}) == 1


def kind_of(council: Council) -> WeekKind:
    """A majority is more than half of the pitches; a chairman against all of them overrules it, too."""
    if council.origin in NOBODY_CHOSE or not council.voices:
        return WeekKind.NO_COUNCIL
    votes = Counter(voice.choice.vote for voice in council.voices)
    (first, count), *_ = votes.most_common(1)
    if 2 * count > len(council.voices) and first != council.chair.vote:
        return WeekKind.OVERRULED
    return WeekKind.UNANIMOUS if len(votes) == 1 else WeekKind.SPLIT


def plurality(voices: Sequence[Voice]) -> Mix:
    """The pick most PMs made."""
    return _winners(voices, len)


def conviction_vote(voices: Sequence[Voice]) -> Mix:
    """The pick with the most |conviction| behind it; a FLAT has none, so it wins only alone."""
    return _winners(voices, lambda backers: sum(map(_strength, backers), ZERO))


def best_reviewed(voices: Sequence[Voice]) -> Mix:
    """The pitch with the best mean of seven scores; nothing when no pitch was reviewed."""
    best = max((voice.score for voice in voices), default=Fraction())
    return _parts([voice.choice for voice in voices if voice.reviews and voice.score == best])


def without(voices: Iterable[Voice], account_id: AccountId) -> tuple[Voice, ...]:
    return tuple(voice for voice in voices if voice.account_id != account_id)


def random_pick(week_id: WeekId, voices: Iterable[Voice]) -> Mix:
    """One pitch of the week by lot: the same lot on every machine, whoever made the pitch."""
    choices = sorted((voice.choice for voice in voices), key=_order)
    if not choices:
        return ()
    lot = deterministic_id("council lab", week_id).int
    return _parts([choices[lot % len(choices)]])


def alone(choice: Choice) -> Mix:
    return _parts([choice])


def _winners(voices: Sequence[Voice], strength: Callable[[list[Voice]], Decimal | int]) -> Mix:
    """The pick whose backers are strongest together, or all tied ones in equal parts."""
    backers: dict[tuple[str, Direction], list[Voice]] = {}
    for voice in voices:
        backers.setdefault(voice.choice.vote, []).append(voice)
    most = max(map(strength, backers.values()), default=ZERO)
    return _parts([_joint(found) for found in backers.values() if strength(found) == most])


def _joint(backers: Sequence[Voice]) -> Choice:
    """What those who agree on instrument and direction trade together."""
    first = backers[0].choice
    if first.vote[1] is Direction.FLAT:
        return Choice(None, Direction.FLAT, Horizon.WEEK, 0.0)
    mean = sum(map(_strength, backers), ZERO) / len(backers)
    horizons = Counter(voice.choice.horizon for voice in backers)
    horizon = max(horizons, key=lambda one: (horizons[one], one.sessions))
    return Choice(first.instrument, first.direction, horizon, first.direction.sign * float(mean))


def _strength(voice: Voice) -> Decimal:
    return abs(Decimal(str(voice.choice.conviction)))


def _parts(choices: Sequence[Choice]) -> Mix:
    """Equal parts, in an order of contents alone, never more than one together."""
    ordered = sorted(choices, key=_order)
    return tuple(
        (choice, (Decimal(1) / len(ordered)).quantize(PART, ROUND_DOWN)) for choice in ordered
    )


def _order(choice: Choice) -> tuple[str, str, int, float]:
    return (*choice.vote, choice.horizon.sessions, choice.conviction)
