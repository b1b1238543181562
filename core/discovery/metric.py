"""The metric picker: hard filters with three answers, yes, no and unknown.

A picked symbol has failed nothing; what could not be known about it stands in its pick.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.facts import Facts
from core.discovery.measures import Measures
from core.discovery.panel import Panel
from core.discovery.settings import MetricFilters
from core.discovery.tape import Counted, Tape, tape_of
from core.discovery.verdicts import Verdicts
from core.market import Floats
from core.schemas.suggestion import Picker


@dataclass(frozen=True, slots=True)
class Filter:
    """One question: ``value`` a symbol, where it passes and where it fails; neither is unknown."""

    name: str
    value: Floats
    passed: Bools
    failed: Bools
    wanted: str
    shown: str = "{:,.4g}"


def pick_metric(
    panel: Panel, measures: Measures, facts: Facts, settings: MetricFilters
) -> Verdicts:
    """Every filter over every symbol; ``must_know`` filters that nobody can answer refuse."""
    counted = tape_of(panel.feed, settings.tape, settings.iex_share)
    filters = (
        *_history(measures, settings),
        *_traded(measures, settings, counted),
        *_known(panel, measures, facts, settings),
    )
    failed = np.any([one.failed for one in filters], axis=0)
    passes = np.sum([one.passed for one in filters], axis=0)
    needed = np.sum([_counts(one, settings) for one in filters], axis=0)
    missing = np.any(
        [~one.passed & ~one.failed for one in filters if one.name in settings.must_know], axis=0
    )
    sayings = _Sayings(filters, measures, counted, settings.must_know, panel.feed)
    return Verdicts(
        picker=Picker.METRIC,
        symbols=panel.symbols,
        picked=~failed & ~missing,
        eligible=~missing,
        score=passes / needed,
        parts={},
        say=sayings.of,
    )


def _counts(one: Filter, settings: MetricFilters) -> Bools:
    """Whether a filter stands in the score's denominator: answered, or needed."""
    answered = one.passed | one.failed
    return answered | np.full_like(answered, one.name in settings.must_know)


def _history(measures: Measures, settings: MetricFilters) -> Iterator[Filter]:
    bars = measures.bars
    stale = bars.stale.astype(float)
    yield Filter(
        "newest_bar",
        stale,
        stale == 0,
        stale > 0,
        "a bar of the newest session",
        "{:.0f} sessions ago",
    )
    count = bars.count.astype(float)
    short = bars.count < measures.needed
    yield Filter(
        "history", count, ~short, short, f"at least {measures.needed} wanted", "{:.0f} bars"
    )
    holes = bars.missing.astype(float)
    many = bars.missing > settings.max_missing
    yield Filter(
        "holes",
        holes,
        ~many,
        many,
        f"at most {settings.max_missing} wanted",
        "{:.0f} of 20 sessions",
    )


def _traded(measures: Measures, settings: MetricFilters, counted: Counted) -> Iterator[Filter]:
    price = measures.price
    low, high = settings.min_price, settings.max_price
    yield Filter(
        "price",
        price,
        (price >= low) & (price <= high),
        (price < low) | (price > high),
        f"{low:g} to {high:g} USD",
        "{:,.2f}",
    )
    for name, value, least in (
        ("volume", measures.volume_20, settings.min_volume),
        ("dollar_volume", measures.dollar_volume_20, settings.min_dollar_volume),
    ):
        yield Filter(
            name,
            value,
            value * counted.least >= least,
            value * counted.most < least,
            f"at least {least:,.0f} a session",
            _counted_words(counted),
        )


def _counted_words(counted: Counted) -> str:
    """How a count is written: one of IEX says so."""
    return "{:,.0f} on IEX alone" if counted.tape is Tape.IEX else "{:,.0f}"


def _known(
    panel: Panel, measures: Measures, facts: Facts, settings: MetricFilters
) -> Iterator[Filter]:
    rows = [facts.of(symbol) for symbol in panel.symbols]
    spread = _floats([one.spread for one in rows])
    most = settings.max_spread
    yield Filter("spread", spread, spread <= most, spread > most, f"at most {most:.2%}", "{:.3%}")
    cap = _floats([one.market_cap for one in rows])
    least = settings.min_market_cap
    yield Filter(
        "market_cap", cap, cap >= least, cap < least, f"at least {least:,.0f} USD", "{:,.0f}"
    )
    told = _floats([one.beta for one in rows])
    beta = np.where(np.isnan(told), measures.beta_60, told)
    top = settings.max_beta
    yield Filter("beta", beta, beta <= top, beta > top, f"at most {top:g}", "{:.2f}")


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Sayings:
    """The words behind one row: what failed (or, where nothing did, what it passed), what is unknown."""

    filters: tuple[Filter, ...]
    measures: Measures
    counted: Counted
    must_know: tuple[str, ...]
    feed: str

    def of(self, row: int) -> tuple[list[str], list[str]]:
        failed = [one for one in self.filters if one.failed[row]]
        told = failed or [one for one in self.filters if one.passed[row]]
        reasons = [
            f"{_named(one)} {one.shown.format(one.value[row])}: {'no, ' if failed else ''}{one.wanted}"
            for one in told
        ]
        return reasons, [*self._unknown(row), *history_notes(self.measures, row)]

    def _unknown(self, row: int) -> Iterator[str]:
        for one in self.filters:
            if one.passed[row] or one.failed[row]:
                continue
            why = "nobody knows" if np.isnan(one.value[row]) else self._counted_in_part(one, row)
            refused = ", so not picked" if one.name in self.must_know else ""
            yield f"{_named(one)}: {why}{refused}"
        if self.counted.tape is Tape.UNDECLARED:
            yield f"volume as {self.feed[:80]} has it: whether of the whole tape is not said"
        elif self.counted.tape is Tape.IEX:
            value = self.measures.volume_20[row]
            if np.isfinite(value):
                yield f"volume on the tape: {_span(value, self.counted)} shares, from IEX alone"

    def _counted_in_part(self, one: Filter, row: int) -> str:
        span = _span(one.value[row], self.counted)
        return f"{one.value[row]:,.0f} on IEX alone, {span} on the tape; {one.wanted} is wanted"


def _named(one: Filter) -> str:
    return one.name.replace("_", " ")


def _span(value: float, counted: Counted) -> str:
    return f"{value * counted.least:,.0f} to {value * counted.most:,.0f}"


def history_notes(measures: Measures, row: int) -> Iterator[str]:
    """What is odd about a symbol's bars, in words; nothing for a clean series."""
    bars = measures.bars
    if measures.needed < 20:
        yield f"averages are over {measures.needed} sessions: the data begin there"
    if bars.gap[row]:
        yield (
            f"{bars.gap[row]} sessions without a bar, what lies before is not used: "
            "a halt, or another company under this ticker"
        )
    if bars.missing[row]:
        yield f"{bars.missing[row]} of the last 20 sessions have no bar"
    if bars.split[row] >= 0:
        yield f"a split is suspected {bars.split[row]} bars ago: nothing is measured across it"
    if bars.flawed[row]:
        yield f"{bars.flawed[row]} bars contradict themselves (high, low): closes alone are used"
