"""Companies worth asking about before anybody picks: a whole market cannot be, so the likeliest are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice, zip_longest

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.facts import SymbolFacts
from core.discovery.fuzzy import Holdings, pick_fuzzy
from core.discovery.inputs import Inputs, may_suggest
from core.discovery.measures import Measures
from core.discovery.metric import pick_metric
from core.discovery.settings import DiscoverySettings
from core.market import Floats
from core.schemas.suggestion import Picker

MOST_COMPANIES = 60
"""A round asks for no more: what is held, what is watched, then each picker's best in turn."""
MOST_NAMED = 8


def with_companies(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings
) -> tuple[Inputs, list[str]]:
    """The inputs with sectors, capitalisations and betas told of companies; what is to be said of it.

    A sector of the file stands before any that was asked for.
    """
    source, at = inputs.companies, inputs.panel.as_of
    if source is None:
        return inputs, []
    wanted = tuple(worth_asking(inputs, measures, settings))
    told = source.companies(wanted, at)
    kept = source.sectors(inputs.panel.symbols, at)
    sectors = {symbol: SymbolFacts(sector=sector) for symbol, sector in kept.items()}
    facts = inputs.facts.with_more(told.known).with_more(sectors)
    new = {
        symbol: source.source
        for symbol in facts.known
        if facts.of(symbol).sector and not inputs.facts.of(symbol).sector
    }
    holdings = Holdings.of(inputs.holdings.shares, facts)
    unknown = [symbol for symbol in wanted if symbol not in told.known]
    notes = [_note(source.source, wanted, unknown, told.silence)] if unknown else []
    return replace(inputs, facts=facts, holdings=holdings, told_by=new), notes


def _note(source: str, wanted: tuple[str, ...], unknown: list[str], silence: str) -> str:
    named = ", ".join(unknown[:MOST_NAMED]) + (", …" if len(unknown) > MOST_NAMED else "")
    why = f" ({silence})" if silence else ""
    return f"{source}: nothing known of {len(unknown)} of {len(wanted)} companies: {named}{why}"[
        :400
    ]


def worth_asking(inputs: Inputs, measures: Measures, settings: DiscoverySettings) -> Iterator[str]:
    """Held, watched, then each enabled picker's best by what bars alone say; none twice."""
    first = (*sorted(inputs.holdings.shares), *inputs.watchlist)
    ranked = [_best(picker, inputs, measures, settings) for picker in settings.enabled]
    in_turn = (one for row in zip_longest(*ranked) for one in row if one is not None)
    return islice(dict.fromkeys(chain(first, in_turn)), MOST_COMPANIES)


def _best(
    picker: Picker, inputs: Inputs, measures: Measures, settings: DiscoverySettings
) -> Iterable[str]:
    panel, may, size = inputs.panel, may_suggest(inputs, measures), measures.dollar_volume_20
    if picker is Picker.METRIC:
        picked = pick_metric(panel, measures, inputs.facts, settings.metric).picked
        return _named(inputs, may & picked, size)
    if picker is Picker.FUZZY:
        found = pick_fuzzy(panel, measures, inputs.facts, inputs.holdings, settings.fuzzy)
        return _named(inputs, may & found.picked, found.score)
    return _named(inputs, may & (measures.price >= settings.metric.min_price), size)


def _named(inputs: Inputs, wanted: Bools, by: Floats) -> Iterable[str]:
    """The wanted symbols, the largest first."""
    order = np.argsort(-np.where(wanted, np.nan_to_num(by), -np.inf), kind="stable")
    rows = [row for row in order[:MOST_COMPANIES] if wanted[row]]
    return (inputs.panel.symbols[row] for row in rows)
