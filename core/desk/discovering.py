"""A round of discovery on the desk: looked at once, recorded whole, and never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from core.agents import AgentCast
from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.discovery_record import record_round
from core.desk.strategy_ports import AgentCheck
from core.desk.watching import discovery_stream, versioned
from core.discovery.facts import Facts, SymbolFacts
from core.discovery.fuzzy import Holdings
from core.discovery.inputs import Inputs
from core.discovery.panel import Panel
from core.discovery.ports import (
    CompanySource,
    FactsSource,
    SectorsOn,
    Universe,
    UniverseSource,
    WholeMarket,
)
from core.discovery.round import Ask, Found, look
from core.discovery.sectors import Sectors
from core.discovery.settings import DiscoverySettings
from core.discovery.watchlist import round_id
from core.events.discovery import (
    DiscoveryRan,
)
from core.events.envelope import event_id
from core.ports import EventStore, LanguageModel, Recall
from core.schemas.discovery import DiscoveryAnswer, DiscoveryBrief
from core.schemas.run import RunKind, RunSpec
from core.stages.asking import Asker, Question
from core.strategy import StrategySpec
from core.types import RunId, week_of

CALL = "discovery"
Held: TypeAlias = Callable[[datetime], Mapping[str, float]]
"""Each position's share of the strategy's equity at an instant."""


Models: TypeAlias = Callable[[RunSpec], LanguageModel]
"""The models a round may ask, recorded under its run."""


def nothing_held(_: datetime) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, slots=True)
class Discovery:
    """One strategy's discovery with its ports; ``models`` records the calls of a run it is given."""

    spec: StrategySpec
    settings: DiscoverySettings
    cast: AgentCast
    universe: UniverseSource
    market: WholeMarket
    sectors: SectorsOn
    models: Models
    held: Held = nothing_held
    facts: FactsSource | None = None
    recall: Recall | None = None
    check: AgentCheck | None = None
    companies: CompanySource | None = None


async def run_discovery(
    desk: Desk, discovery: Discovery, at: datetime, asked_as: str
) -> DiscoveryRan:
    """The round as of ``at``; one that is on record is returned as it is.

    Everything of a round is one transaction. MarketError when the universe or its bars cannot be
    had; a model that fails is an absent picker. Busy while the same strategy is looked at elsewhere.
    """
    name = discovery.spec.name
    with desk.lock.hold(str(discovery_stream(name))):
        known = recorded(desk.store, name, at)
        if known is not None:
            return known
        universe, panel = await asyncio.to_thread(_read, discovery, at)
        inputs, sectors = _inputs(desk, discovery, universe, panel)
        found = await look(inputs, discovery.settings, _asking(desk, discovery, at))
        ran = _ran(discovery, (universe, panel, sectors), found, at, asked_as)
        record_round(desk.store, discovery.spec, discovery.settings, ran, found)
        return ran


def recorded(store: EventStore, strategy: str, at: datetime) -> DiscoveryRan | None:
    """The round of that instant; None when there was none."""
    stream = discovery_stream(strategy)
    row = store.find(str(event_id(stream, DiscoveryRan.__name__, round_id(strategy, at))))
    event = None if row is None else store.decode(row)
    return event if isinstance(event, DiscoveryRan) else None


def _read(discovery: Discovery, at: datetime) -> tuple[Universe, Panel]:
    universe = discovery.universe.universe(at)
    names = dict.fromkeys((*universe.symbols, discovery.spec.benchmark))
    return universe, discovery.market.panel(tuple(names), at, discovery.settings.sessions)


def _inputs(
    desk: Desk, discovery: Discovery, universe: Universe, panel: Panel
) -> tuple[Inputs, Sectors]:
    sectors = discovery.sectors(panel.last_day)
    shares = discovery.held(panel.as_of)
    facts = Facts(
        {symbol: SymbolFacts(sector=sectors.of(symbol)) for symbol in (*panel.symbols, *shares)},
        as_of_day=sectors.day,
    )
    state, _ = versioned(desk.store, discovery.spec.name)
    inputs = Inputs(
        strategy=discovery.spec.name,
        panel=panel,
        universe=frozenset(universe.symbols),
        facts=facts,
        holdings=Holdings.of(shares, facts),
        watchlist=state.symbols,
        benchmark=discovery.spec.benchmark,
        more=discovery.facts,
        companies=discovery.companies,
        recall=discovery.recall,
    )
    return inputs, sectors


def _asking(desk: Desk, discovery: Discovery, at: datetime) -> Ask:
    """How the model is put the question: recorded under the round, so that a resume asks nobody twice."""
    identity = RunId(round_id(discovery.spec.name, at))
    run = RunSpec(
        run_id=identity,
        week_id=week_of(in_new_york(at).date()),
        kind=RunKind.CYCLE,
        as_of=at,
        seed=f"discovery:{identity}",
    )

    async def ask(brief: DiscoveryBrief) -> tuple[DiscoveryAnswer, str]:
        cast = discovery.cast
        if discovery.check is not None:
            await discovery.check(run.week_id, (CALL,))
        asker = Asker(CALL, discovery.models(run), desk.prompts, cast.settings_for(CALL))
        question = Question(
            call=CALL, model=cast.discovery.model, brief=brief, schema=DiscoveryAnswer
        )
        answered = await asker.ask(question)
        return answered.value, answered.attempts[-1].served_model

    return ask


def _ran(
    discovery: Discovery,
    seen: tuple[Universe, Panel, Sectors],
    found: Found,
    at: datetime,
    asked_as: str,
) -> DiscoveryRan:
    universe, panel, sectors = seen
    looked_at = sum(one in panel.index for one in universe.symbols)
    without = len(universe.symbols) - looked_at
    dropped = {f"not listed: {why}": count for why, count in universe.left_out.items()}
    if without:
        dropped["in the universe, without bars"] = without
    return DiscoveryRan(
        round_id=round_id(discovery.spec.name, at),
        strategy=discovery.spec.name,
        as_of=at,
        slot=asked_as,
        settings=discovery.settings.fingerprint,
        universe=len(universe.symbols),
        universe_day=universe.day,
        universe_source=universe.source,
        last_session=panel.last_day,
        source=panel.source,
        feed=panel.feed,
        adjusted=panel.adjusted,
        sessions=len(panel.days),
        looked_at=looked_at,
        panel_digest=panel.digest,
        facts_source=found.facts_source,
        sectors_day=sectors.day,
        sectors=found.sectors,
        picked=found.ranking.picked,
        weights=found.ranking.weights,
        absent=found.absent,
        dropped={**dropped, **found.dropped},
        dropped_names=found.names,
        models=found.models,
        notes=found.notes,
        memory=found.memory,
    )
