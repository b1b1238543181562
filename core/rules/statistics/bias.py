"""Two biases of reviewers: for the place at which a pitch was shown, and for their own family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.market import Floats
from core.rules.statistics.blocks import NO_VARIANCE
from core.rules.statistics.sheets import (
    SHUFFLES,
    Labels,
    ScoreSheet,
    centred,
    permutation_p,
    shuffled,
    shuffled_products,
)

# Less of the family than this is left beside sheets and pitches: rounding, not reviews.
TOLD = 1e-9


@dataclass(frozen=True, slots=True)
class OrderBias:
    """``slope`` in points a place, within a sheet: below 0 is kinder to what comes first.

    ``first`` and ``last``: points given to the first and last place above the sheet's own mean.
    ``p_value`` that places do not matter; None where places or scores do not vary.
    """

    reviews: int
    slope: float | None
    first: float | None
    last: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Favouritism:
    """``advantage`` in points: what a pitch of the reviewer's own family gets above other pitches.

    ``p_value`` that families do not matter; both None where family cannot be told from sheet and
    pitch, e.g. when every pitch has one reviewer.
    """

    own: int
    others: int
    advantage: float | None
    p_value: float | None


def order_bias(sheet: ScoreSheet, places: Floats, seed: int) -> OrderBias:
    """Scores against ``places`` (n,), from 1, at which the pitch was shown.

    Least squares within sheets; p by shuffling each sheet's scores over its places. The order was
    drawn at random, so the test is exact.
    """
    groups = sheet.sheets
    scores, place = centred(sheet.scores, groups), centred(places, groups)
    spread = float(place @ place)
    if spread <= NO_VARIANCE or float(scores @ scores) <= NO_VARIANCE:
        return OrderBias(len(scores), None, None, None, None)
    drawn = shuffled_products(scores, place, groups, seed)
    most = np.zeros(int(np.max(groups)) + 1)
    np.maximum.at(most, groups, places)
    return OrderBias(
        reviews=len(scores),
        slope=float(scores @ place) / spread,
        first=_mean(scores[places == 1]),
        last=_mean(scores[places == most[groups]]),
        p_value=permutation_p(float(scores @ place), drawn),
    )


def favouritism(sheet: ScoreSheet, own_family: NDArray[np.bool_], seed: int) -> Favouritism:
    """Whether reviewers score their ``own_family`` (n,) better than strangers do.

    Least squares with an effect of every sheet and of every pitch, so neither a severe reviewer
    nor a good pitch is taken for favour. p by shuffling within each sheet which of its pitches are
    of the family. Every pitch belongs to one week, so weeks are solved one by one.
    """
    own = own_family.astype(np.float64)
    counts = int(np.sum(own)), int(len(own) - np.sum(own))
    if not counts[0]:
        return Favouritism(*counts, None, None)
    gained, room = np.zeros(SHUFFLES + 1), np.zeros(SHUFFLES + 1)
    sheets, known = sheet.sheets, {}
    for number, rows in enumerate(_weeks(sheet.weeks)):
        if not np.any(own[rows]):
            continue
        group = np.unique(sheets[rows], return_inverse=True)[1]
        pitch = np.unique(sheet.pitches[rows], return_inverse=True)[1]
        design = (group.tobytes(), pitch.tobytes())
        if design not in known:
            known[design] = _residual_maker(group, pitch)
        rest = known[design]
        drawn = np.vstack((own[rows][None], shuffled(own[rows], group, seed + number)))
        gained += drawn @ (rest @ sheet.scores[rows])
        room += np.sum((drawn @ rest) * drawn, axis=1)
    told = room > TOLD
    if not told[0]:
        return Favouritism(*counts, None, None)
    advantages = gained[told] / room[told]
    return Favouritism(
        *counts,
        advantage=float(advantages[0]),
        p_value=permutation_p(float(advantages[0]), advantages[1:]),
    )


def _weeks(weeks: Labels) -> list[NDArray[np.intp]]:
    """The rows of each week."""
    number = np.unique(weeks, return_inverse=True)[1]
    order = np.argsort(number, kind="stable")
    return np.split(order, np.cumsum(np.bincount(number))[:-1])


def _residual_maker(sheets: NDArray[np.intp], pitches: NDArray[np.intp]) -> Floats:
    """The (n, n) matrix that leaves of scores what neither sheet nor pitch explains."""
    columns = [sheets == one for one in np.unique(sheets)]
    columns += [pitches == one for one in np.unique(pitches)]
    effects = np.stack(columns, axis=1).astype(np.float64)
    rest: Floats = np.eye(len(sheets)) - effects @ np.linalg.pinv(effects)
    return rest


def _mean(values: Floats) -> float | None:
    return float(np.mean(values)) if len(values) else None
