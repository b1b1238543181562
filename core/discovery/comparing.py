"""Two configurations of the pickers on the same days: what each would have suggested, and what it brought.

Deliberately without the model: asked again it answers otherwise, and what it knows of those days by now
would be hindsight. Metric and fuzzy picker look at the very same panels, as if nothing was held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.ensemble import Ballot, ensemble
from core.discovery.fuzzy import pick_fuzzy
from core.discovery.inputs import Inputs
from core.discovery.measures import measure
from core.discovery.metric import pick_metric
from core.discovery.panel import Panel, newest_of
from core.discovery.settings import DiscoverySettings
from core.discovery.verdicts import Verdicts
from core.ports import TradingCalendar
from core.rules.forward_returns import Due, Suggested, first_price, forward_return
from core.rules.picker_performance import MAIN_HORIZON, SEED, Estimate, ratio
from core.schemas.suggestion import Picker, Suggestion


@dataclass(frozen=True, slots=True)
class Look:
    """A day as it was seen (``inputs``), and the bars that came after it (``later``)."""

    inputs: Inputs
    later: Panel


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration over the days that count; intervals are of 95 %, from blocks of days.

    ``hit_rate`` is the share of counted suggestions above 0, ``mean`` the mean over days of what an
    equal part in each suggestion brought, both as fractions.
    """

    suggested: int
    counted: int
    hit_rate: Estimate
    mean: Estimate


@dataclass(frozen=True, slots=True)
class Compared:
    """``days`` are those on which both had a return that counts; ``left_out`` of the days did not.

    ``shared`` of the ``either`` symbols a day named by one of them or both were named by both.
    ``difference`` is the second's mean less the first's, paired by day.
    """

    days: tuple[date, ...]
    left_out: int
    horizon: int
    first: Side
    second: Side
    shared: int
    either: int
    difference: Estimate


@dataclass(frozen=True, slots=True)
class _Day:
    """What one configuration suggested on a day, and the returns that count."""

    named: frozenset[str]
    returns: tuple[float, ...]


def compare_settings(
    looks: Iterable[Look],
    first: DiscoverySettings,
    second: DiscoverySettings,
    calendar: TradingCalendar,
    horizon: int = MAIN_HORIZON,
) -> Compared:
    """Paired by day, oldest first, one look at a time; a day on which either has no return is left out."""
    days: list[date] = []
    pairs: list[tuple[_Day, _Day]] = []
    left_out = 0
    for look in looks:
        due = first_price(calendar, look.inputs.panel.as_of)
        one, two = (_day(look, settings, due, horizon) for settings in (first, second))
        if one.returns and two.returns:
            days.append(look.inputs.panel.last_day)
            pairs.append((one, two))
        else:
            left_out += 1
    means = [np.array([np.mean(pair[place].returns) for pair in pairs]) for place in (0, 1)]
    return Compared(
        days=tuple(days),
        left_out=left_out,
        horizon=horizon,
        first=_side([pair[0] for pair in pairs], horizon),
        second=_side([pair[1] for pair in pairs], horizon),
        shared=sum(len(one.named & two.named) for one, two in pairs),
        either=sum(len(one.named | two.named) for one, two in pairs),
        difference=ratio(means[1] - means[0], np.ones(len(pairs)), horizon, SEED),
    )


def _side(days: Sequence[_Day], horizon: int) -> Side:
    wins = np.array([float(sum(value > 0 for value in day.returns)) for day in days])
    counted = np.array([float(len(day.returns)) for day in days])
    means = np.array([float(np.mean(day.returns)) for day in days])
    return Side(
        suggested=sum(len(day.named) for day in days),
        counted=int(counted.sum()),
        hit_rate=ratio(wins, counted, horizon, SEED),
        mean=ratio(means, np.ones(len(days)), horizon, SEED),
    )


def suggested_by_code(inputs: Inputs, settings: DiscoverySettings) -> tuple[Suggestion, ...]:
    """What metric and fuzzy picker would have suggested; one that is not enabled stays silent."""
    panel = newest_of(inputs.panel, settings.sessions)
    seen = measure(panel, settings.metric.longest_gap, inputs.benchmark)
    may: Bools = np.array([symbol in inputs.universe for symbol in panel.symbols], dtype=bool)
    asked: Mapping[Picker, Callable[[], Verdicts]] = {
        Picker.METRIC: lambda: pick_metric(panel, seen, inputs.facts, settings.metric),
        Picker.FUZZY: lambda: pick_fuzzy(
            panel, seen, inputs.facts, inputs.holdings, settings.fuzzy
        ),
    }
    ballot = Ballot(
        verdicts=[look() for picker, look in asked.items() if picker in settings.enabled],
        absent={Picker.LLM: "not asked"},
        may=np.asarray(may & (seen.bars.stale == 0)),
        price=seen.price,
        size=seen.dollar_volume_20,
    )
    return ensemble(ballot, settings, inputs.strategy, panel.as_of).suggestions


def _day(look: Look, settings: DiscoverySettings, due: Due, horizon: int) -> _Day:
    found, named = [], []
    for one in suggested_by_code(look.inputs, settings):
        named.append(one.symbol)
        each = Suggested(one.suggestion_id, one.symbol, one.as_of, one.rank, ())
        told = forward_return(look.later, each, due, horizon, look.inputs.benchmark)
        if told is not None and told.counts and told.returned is not None:
            found.append(told.returned)
    # In one order: the same suggestions ranked otherwise brought the very same.
    return _Day(frozenset(named), tuple(sorted(found)))
