"""Two configurations of the pickers on the same days: what each would have suggested, and what it brought.

Deliberately without the model: asked again it answers otherwise, and what it knows of those days by now
would be hindsight. Metric and fuzzy picker look at the very same panels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.ensemble import Ballot, ensemble
from core.discovery.fuzzy import pick_fuzzy
from core.discovery.inputs import Inputs
from core.discovery.measures import measure
from core.discovery.metric import pick_metric
from core.discovery.panel import Panel
from core.discovery.settings import DiscoverySettings
from core.discovery.verdicts import Verdicts
from core.market import Floats
from core.ports import TradingCalendar
from core.rules.forward_returns import Suggested, first_price, forward_return
from core.rules.picker_performance import MAIN_HORIZON, SEED, Estimate, ratio
from core.schemas.suggestion import Picker, Suggestion


@dataclass(frozen=True, slots=True)
class Look:
    """A day as it was seen (``inputs``), and the bars that came after it (``later``)."""

    inputs: Inputs
    later: Panel


@dataclass(frozen=True, slots=True)
class Compared:
    """Mean returns of an equal part in each suggestion, a fraction a day of ``days`` both had one.

    ``difference`` is the second less the first, its interval of 95 % from blocks of the horizon's days.
    """

    days: tuple[date, ...]
    first: float | None
    second: float | None
    difference: Estimate


def compare_settings(
    looks: Sequence[Look],
    first: DiscoverySettings,
    second: DiscoverySettings,
    calendar: TradingCalendar,
    horizon: int = MAIN_HORIZON,
) -> Compared:
    """Paired by day, oldest first; a day on which either has no return that counts is left out."""
    days = [look.inputs.panel.last_day for look in looks]
    both = [
        np.array([_mean(look, settings, calendar, horizon) for look in looks], dtype=float)
        for settings in (first, second)
    ]
    kept = np.isfinite(both[0]) & np.isfinite(both[1])
    one, two = both[0][kept], both[1][kept]
    return Compared(
        days=tuple(day for day, known in zip(days, kept, strict=True) if known),
        first=_whole(one),
        second=_whole(two),
        difference=ratio(two - one, np.ones(len(one)), horizon, SEED),
    )


def suggested_by_code(inputs: Inputs, settings: DiscoverySettings) -> tuple[Suggestion, ...]:
    """What metric and fuzzy picker would have suggested; one that is not enabled stays silent."""
    panel = inputs.panel
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


def _mean(
    look: Look, settings: DiscoverySettings, calendar: TradingCalendar, horizon: int
) -> float:
    """NaN without a return that counts."""
    due = first_price(calendar, look.inputs.panel.as_of)
    found = []
    for one in suggested_by_code(look.inputs, settings):
        each = Suggested(one.suggestion_id, one.symbol, one.as_of, one.rank, ())
        told = forward_return(look.later, each, due, horizon, look.inputs.benchmark)
        if told is not None and told.counts and told.returned is not None:
            found.append(told.returned)
    return float(np.mean(found)) if found else float("nan")


def _whole(values: Floats) -> float | None:
    return float(np.mean(values)) if len(values) else None
