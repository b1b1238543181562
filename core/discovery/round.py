"""One round: the three pickers side by side over one panel, then the ensemble."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.discovery.brief import conditions_text, discovery_brief, market_view
from core.discovery.companies import with_companies
from core.discovery.ensemble import Ballot, Ranking, ensemble, notes_on_absent
from core.discovery.fuzzy import adjusted, pick_fuzzy
from core.discovery.inputs import Inputs, may_suggest, sectors_told
from core.discovery.llm import Heard, pick_llm
from core.discovery.measures import Measures, measure
from core.discovery.memory import adjustments
from core.discovery.metric import pick_metric
from core.discovery.settings import PICKERS, DiscoverySettings
from core.discovery.verdicts import Verdicts
from core.errors import (
    CouncilError,
    MarketError,
    ModelError,
    NoBars,
    SpendingStopped,
    StructuredError,
    UnknownPrompt,
)
from core.schemas.discovery import DiscoveryAnswer, DiscoveryBrief
from core.schemas.setups import Collection, Neighbour
from core.schemas.suggestion import Picker

MOST_FACTS = 200
"""Spreads and the like are asked for the symbols that figures alone let pass, the largest first."""
MOST_NAMES = 40
Ask = Callable[[DiscoveryBrief], Awaitable[tuple[DiscoveryAnswer, str]]]
"""Puts the brief to the model: its answer and who gave it."""


@dataclass(frozen=True, slots=True)
class Found:
    """``dropped`` counts by reason; ``names`` are the model's that nobody can trade.

    ``sectors`` counts the panel's symbols by who told their sector (`sectors_told`).
    """

    ranking: Ranking
    absent: Mapping[Picker, str]
    dropped: Mapping[str, int]
    names: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts_source: str = "none"
    sectors: Mapping[str, int] = field(default_factory=dict)
    memory: str = ""


@dataclass(slots=True)
class _Spoken:
    """What the pickers have said so far."""

    verdicts: dict[Picker, Verdicts] = field(default_factory=dict)
    absent: dict[Picker, str] = field(default_factory=dict)
    failed: CouncilError | None = None
    heard: Heard | None = None
    models: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    memory: str = ""

    def forgot(self, what: str, error: CouncilError) -> None:
        """Memory gave no answer: the round goes on without it, and says so."""
        self.memory = f"{type(error).__name__}: {error}"[:400]
        self.notes.append(f"{what}: {self.memory}"[:400])


async def look(inputs: Inputs, settings: DiscoverySettings, ask: Ask) -> Found:
    """Let every enabled picker look, and rank what they name.

    A model that fails is absent; its error is raised only when nobody else spoke. NoBars when no
    symbol has a bar of the newest session: everything would look dead.
    """
    panel = inputs.panel
    measures = await asyncio.to_thread(
        measure, panel, settings.metric.longest_gap, inputs.benchmark
    )
    if not (measures.bars.stale == 0).any():
        raise NoBars(
            f"none of {len(panel.symbols)} symbols has a bar of {panel.last_day} in {panel.source}: "
            "bring the data up to date, nothing is suggested from old bars"
        )
    spoken = _Spoken(absent={one: "disabled" for one in PICKERS if one not in settings.enabled})
    inputs = await asyncio.to_thread(_companies, inputs, measures, settings, spoken)
    picking: Mapping[Picker, Callable[[], Awaitable[None]]] = {
        Picker.METRIC: lambda: asyncio.to_thread(_metric, inputs, measures, settings, spoken),
        Picker.FUZZY: lambda: asyncio.to_thread(_fuzzy, inputs, measures, settings, spoken),
        Picker.LLM: lambda: _llm(inputs, measures, settings, spoken, ask),
    }
    await asyncio.gather(*(picking[one]() for one in settings.enabled))
    if not spoken.verdicts and spoken.failed is not None:
        raise spoken.failed
    return _found(inputs, measures, settings, spoken)


def _companies(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken
) -> Inputs:
    """The inputs with what is known of companies; what nobody tells stays unknown, and is said."""
    if inputs.companies is None:
        return inputs
    spoken.sources.append(inputs.companies.source)
    asked, notes = with_companies(inputs, measures, settings)
    spoken.notes += notes
    return asked


def _metric(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken
) -> None:
    panel = inputs.panel
    verdicts = pick_metric(panel, measures, inputs.facts, settings.metric)
    if inputs.more is not None:
        size = np.where(verdicts.picked, np.nan_to_num(measures.dollar_volume_20), -1.0)
        rows = [row for row in np.argsort(-size, kind="stable")[:MOST_FACTS] if size[row] >= 0]
        symbols = [panel.symbols[row] for row in rows]
        spoken.sources.append(inputs.more.source)
        try:
            known = inputs.more.facts(symbols, panel.as_of)
        except MarketError as error:
            spoken.notes.append(f"{inputs.more.source}: {error}"[:400])
        else:
            facts = inputs.facts.with_more(known)
            verdicts = pick_metric(panel, measures, facts, settings.metric)
    spoken.verdicts[Picker.METRIC] = verdicts


def _fuzzy(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken
) -> None:
    fuzzy = settings.fuzzy
    verdicts = pick_fuzzy(inputs.panel, measures, inputs.facts, inputs.holdings, fuzzy)
    if inputs.recall is not None and fuzzy.memory_candidates:
        recall = (inputs.recall, inputs.panel.as_of)
        try:
            found = adjustments(verdicts, measures, inputs.facts, fuzzy, recall)
            verdicts = adjusted(verdicts, found, fuzzy)
        except CouncilError as error:
            spoken.forgot("memory was not asked", error)
    spoken.verdicts[Picker.FUZZY] = verdicts


async def _llm(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken, ask: Ask
) -> None:
    brief = await asyncio.to_thread(_brief, inputs, measures, settings, spoken)
    try:
        answer, model = await ask(brief)
    except UnknownPrompt:
        raise
    except (ModelError, StructuredError, SpendingStopped) as error:
        spoken.failed = error
        spoken.absent[Picker.LLM] = " ".join(f"{type(error).__name__}: {error}".split())[:400]
        return
    may = may_suggest(inputs, measures)
    spoken.heard = pick_llm(inputs.panel, answer, may, settings.llm.max_picks, model)
    spoken.verdicts[Picker.LLM] = spoken.heard.verdicts
    spoken.models = (model,)


def _brief(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken
) -> DiscoveryBrief:
    panel, facts = inputs.panel, inputs.facts
    may = may_suggest(inputs, measures)
    near: tuple[Neighbour, ...] = ()
    if inputs.recall is not None and settings.llm.neighbours:
        view = market_view(panel, measures, facts, may, inputs.benchmark)
        try:
            near = tuple(
                inputs.recall.similar(
                    Collection.CONDITIONS,
                    conditions_text(view),
                    panel.as_of,
                    settings.llm.neighbours,
                )
            )
        except CouncilError as error:
            spoken.forgot("no similar days", error)
    return discovery_brief(
        panel,
        measures,
        facts,
        strategy=inputs.strategy,
        holdings=inputs.holdings,
        may=may & (measures.price >= settings.metric.min_price),
        watchlist=inputs.watchlist,
        conditions=near,
        candidates=settings.llm.candidates,
        max_picks=settings.llm.max_picks,
        benchmark=inputs.benchmark,
    )


def _found(
    inputs: Inputs, measures: Measures, settings: DiscoverySettings, spoken: _Spoken
) -> Found:
    may = may_suggest(inputs, measures)
    ballot = Ballot(
        verdicts=[spoken.verdicts[one] for one in PICKERS if one in spoken.verdicts],
        absent=spoken.absent,
        may=may,
        price=measures.price,
        size=measures.dollar_volume_20,
    )
    ranking = ensemble(ballot, settings, inputs.strategy, inputs.panel.as_of)
    told = spoken.heard.dropped if spoken.heard else {}
    dropped = {why: len(names) for why, names in told.items()}
    if stale := int((measures.bars.stale > 0).sum()):
        dropped["no bar of the newest session"] = stale
    notes = [*notes_on_absent(spoken.absent, ranking.weights), *spoken.notes]
    if spoken.heard is not None:
        notes.append(f"{spoken.models[0]}: {spoken.heard.market_view}"[:400])
    return Found(
        ranking=ranking,
        absent=spoken.absent,
        dropped=dropped,
        names=tuple(name for names in told.values() for name in names)[:MOST_NAMES],
        models=spoken.models,
        notes=tuple(notes),
        facts_source=" + ".join(spoken.sources) or "none",
        sectors=sectors_told(inputs),
        memory=spoken.memory,
    )
