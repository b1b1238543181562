"""The council against its rivals week by week: difference, interval, verdict, what is still needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.market import Floats
from core.rules.statistics.blocks import NO_VARIANCE
from core.rules.statistics.bootstrap import RESAMPLES, BootstrappedMean, bootstrap_mean
from core.rules.statistics.evidence import DEFAULT_RULES, EvidenceRules
from core.rules.statistics.holm import holm
from core.rules.statistics.quantiles import Interval, normal_quantile

POWER = 0.8


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    TOO_EARLY = "too early"


@dataclass(frozen=True, slots=True)
class PairedRules:
    """``level``: chance of any false verdict among all rivals of a look.

    ``edge``: the difference worth finding, in standard deviations of the weekly difference.
    """

    level: float = 0.05
    edge: float = 0.4
    resamples: int = RESAMPLES
    evidence: EvidenceRules = DEFAULT_RULES


DEFAULT_PAIRED = PairedRules()


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Council less rival; returns as fractions a week, None where nothing can be said.

    weeks                weeks in which both returns are known
    mean                 mean weekly difference
    deviation            sample deviation of the weekly differences
    interval             95 %, of this rival alone (not adjusted for the number of rivals)
    family_interval      95 % for all rivals of the look at once (Bonferroni: never narrower than Holm)
    p_value, adjusted_p  that the mean is 0, alone and after Holm; the verdict follows the second
    smallest_detectable  mean weekly difference found in 80 of 100 such records, at level / rivals
    weeks_needed         further weeks until the edge of ``PairedRules`` is found in 80 of 100
    weeks_if_real        the same for the mean just as observed; 0 when enough, None when it is 0
    block                weeks of a block of the bootstrap
    """

    verdict: Verdict
    weeks: int
    mean: float | None
    deviation: float | None
    interval: Interval | None
    family_interval: Interval | None
    p_value: float | None
    adjusted_p: float | None
    smallest_detectable: float | None
    weeks_needed: int | None
    weeks_if_real: int | None
    block: int | None


def compare_weekly(
    council: Floats,
    rivals: Mapping[str, Floats],
    closed_trades: int,
    seed: int,
    rules: PairedRules = DEFAULT_PAIRED,
) -> dict[str, PairedDifference]:
    """Weekly returns (weeks,) of the council and of each rival, same weeks, NaN where unknown.

    A week unknown on either side is left out, its neighbours are then taken as following each
    other. ``closed_trades`` are the council's. One verdict a look: whoever looks every week and
    stops at the first "better" is wrong more often than ``level``. ValueError when lengths differ.
    """
    pairs = {name: _differences(council, rival) for name, rival in rivals.items()}
    means = {name: bootstrap_mean(pair, seed, rules.resamples) for name, pair in pairs.items()}
    adjusted = holm({name: None if mean is None else mean.p_value for name, mean in means.items()})
    family = max(1, sum(mean is not None for mean in means.values()))
    traded = closed_trades >= rules.evidence.closed_trades
    return {
        name: _paired(pair, means[name], adjusted[name], _Look(rules, family, traded))
        for name, pair in pairs.items()
    }


@dataclass(frozen=True, slots=True)
class _Look:
    """What all rivals of one look share: ``family`` is how many were tested."""

    rules: PairedRules
    family: int
    traded: bool


def _differences(council: Floats, rival: Floats) -> Floats:
    if council.shape != rival.shape:
        raise ValueError(f"returns of {council.shape} and {rival.shape} weeks: give the same weeks")
    difference = council - rival
    known: Floats = difference[np.isfinite(difference)]
    return known


def _paired(
    pair: Floats, mean: BootstrappedMean | None, adjusted: float | None, look: _Look
) -> PairedDifference:
    deviation = float(np.std(pair, ddof=1)) if len(pair) >= 2 else None
    least = None if mean is None else _detectable(mean, look)
    edge = None if deviation is None else look.rules.edge * deviation
    return PairedDifference(
        verdict=_verdict(pair, adjusted, look),
        weeks=len(pair),
        mean=float(np.mean(pair)) if len(pair) else None,
        deviation=deviation,
        interval=None if mean is None else mean.interval(),
        family_interval=None if mean is None else mean.interval(1 - look.rules.level / look.family),
        p_value=None if mean is None else mean.p_value,
        adjusted_p=adjusted,
        smallest_detectable=least,
        weeks_needed=_weeks_needed(len(pair), least, edge),
        weeks_if_real=_weeks_needed(len(pair), least, None if mean is None else mean.mean),
        block=None if mean is None else mean.block,
    )


def _verdict(pair: Floats, adjusted: float | None, look: _Look) -> Verdict:
    if len(pair) < look.rules.evidence.weeks or not look.traded:
        return Verdict.TOO_EARLY
    if adjusted is None or adjusted > look.rules.level:
        return Verdict.NO_DIFFERENCE
    return Verdict.BETTER if np.mean(pair) > 0 else Verdict.WORSE


def _detectable(mean: BootstrappedMean, look: _Look) -> float | None:
    """(Critical value + normal quantile of the power) × standard error, a fraction a week."""
    critical = mean.critical(look.rules.level / look.family)
    return None if critical is None else (critical + normal_quantile(POWER)) * mean.error


def _weeks_needed(weeks: int, detectable: float | None, effect: float | None) -> int | None:
    """The error falls with the root of the weeks: weeks × (detectable / effect)², less the weeks."""
    if detectable is None or effect is None or abs(effect) <= NO_VARIANCE * detectable:
        return None
    return max(0, math.ceil(weeks * (detectable / effect) ** 2) - weeks)
