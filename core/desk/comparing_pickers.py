"""Two configurations of a strategy's pickers over sessions of the past, each day as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.discovering import Discovery
from core.desk.strategy_slots import discovery_instants
from core.desk.watching import comparisons_stream
from core.desk.writing import append_one, new_event
from core.discovery.comparing import Look, compare_settings
from core.discovery.comparison import comparison_of
from core.discovery.facts import Facts, SymbolFacts
from core.discovery.fuzzy import Holdings
from core.discovery.inputs import Inputs
from core.discovery.panel import Panel
from core.discovery.ports import Universe
from core.discovery.settings import DiscoverySettings
from core.errors import BadInput, NoBars
from core.events.discovery import PickersCompared
from core.ports import EventStore, TradingCalendar
from core.rules.picker_performance import MAIN_HORIZON
from core.schemas.comparison import Comparison
from core.types import deterministic_id

Counted = Callable[[int, int], None]
"""Hears how many of how many days were looked at."""


@dataclass(frozen=True, slots=True)
class NamedSettings:
    """A configuration under its file's name."""

    name: str
    settings: DiscoverySettings


def sessions_over(
    calendar: TradingCalendar, at: datetime, count: int, horizon: int = MAIN_HORIZON
) -> Sequence[date]:
    """The newest ``count`` sessions whose suggestions' horizon is over at ``at``, oldest first."""
    last = calendar.offset(_last_closed(calendar, at), -horizon)
    return calendar.sessions(calendar.offset(last, 1 - count), last)


def compare_pickers(
    desk: Desk,
    discovery: Discovery,
    pair: tuple[NamedSettings, NamedSettings],
    sessions: Sequence[date],
    counted: Counted = lambda _done, _total: None,
) -> PickersCompared:
    """What both would have suggested at each session's first look, and what came of it; nothing is written.

    A session of which no listing or no bars are known is left out and counted. BadInput for no session.
    """
    if not sessions:
        raise BadInput(
            "no session lies in this range, or none whose returns are known: go further back"
        )
    first, second = pair
    at = desk.clock.now()
    days = _Days(desk, discovery, sessions, max(one.settings.sessions for one in pair))
    found = compare_settings(
        days.looks(at, counted), first.settings, second.settings, desk.calendar
    )
    found = replace(found, left_out=found.left_out + days.unknown)
    comparison = comparison_of(found, (first.name, second.name), (first.settings, second.settings))
    return PickersCompared(
        comparison_id=_identity(discovery.spec.name, comparison, days.source),
        strategy=discovery.spec.name,
        as_of=at,
        source=days.source or "none",
        comparison=comparison,
        settings=(
            first.settings.model_dump(mode="json"),
            second.settings.model_dump(mode="json"),
        ),
    )


def record_comparison(store: EventStore, compared: PickersCompared) -> bool:
    """Keep it; False when the very same is on record already."""
    stream = comparisons_stream(compared.strategy)
    new = new_event(stream, compared, [compared.comparison_id], compared.as_of)
    if store.find(str(new.event_id)) is not None:
        return False
    append_one(store, stream, new)
    return True


def _identity(strategy: str, comparison: Comparison, source: str) -> str:
    """The same files over the same days from the same source are one comparison."""
    found = comparison
    sides = (found.first.fingerprint, found.second.fingerprint)
    span = (found.first_day, found.last_day, found.days, found.left_out, found.horizon)
    return str(deterministic_id("compared", strategy, source, *sides, *span, found.difference))


class _Days:
    """The sessions as they were seen, one panel at a time: a whole market's is 60 MB."""

    def __init__(
        self, desk: Desk, discovery: Discovery, sessions: Sequence[date], window: int
    ) -> None:
        self._calendar = desk.calendar
        self._discovery = discovery
        self._sessions = sessions
        self._window = window
        self.unknown = 0
        self.source = ""

    def looks(self, at: datetime, counted: Counted) -> Iterator[Look]:
        """Each session's first look, with the bars closed by ``at`` as what came after it."""
        listed = [one for one in map(self._listed, self._sessions) if one is not None]
        if not listed:
            return
        names = dict.fromkeys(name for _, universe in listed for name in universe.symbols)
        later = self._panel([*names], at, self._until(at))
        for done, (instant, universe) in enumerate(listed, start=1):
            inputs = self._inputs(instant, universe)
            if inputs is not None:
                yield Look(inputs, later)
            counted(done, len(listed))

    def _listed(self, session: date) -> tuple[datetime, Universe] | None:
        spec = self._discovery.spec
        instant = next(discovery_instants(spec, self._calendar, session))
        try:
            return instant, self._discovery.universe.universe(instant)
        except NoBars:
            self.unknown += 1
            return None

    def _inputs(self, instant: datetime, universe: Universe) -> Inputs | None:
        """As nothing was held: the two are compared, not the strategy's past."""
        spec = self._discovery.spec
        try:
            panel = self._panel(universe.symbols, instant, self._window)
        except NoBars:
            self.unknown += 1
            return None
        sectors = self._discovery.sectors(panel.last_day)
        known = {symbol: SymbolFacts(sector=sectors.of(symbol)) for symbol in panel.symbols}
        facts = Facts(known, as_of_day=sectors.day)
        everyone = frozenset(universe.symbols)
        return Inputs(spec.name, panel, everyone, facts, Holdings(), benchmark=spec.benchmark)

    def _panel(self, symbols: Sequence[str], at: datetime, sessions: int) -> Panel:
        names = tuple(dict.fromkeys((*symbols, self._discovery.spec.benchmark)))
        panel = self._discovery.market.panel(names, at, sessions)
        self.source = panel.source
        return panel

    def _until(self, at: datetime) -> int:
        """How many sessions there are from the first one looked at to the newest closed one."""
        return len(self._calendar.sessions(self._sessions[0], _last_closed(self._calendar, at)))


def _last_closed(calendar: TradingCalendar, at: datetime) -> date:
    session = calendar.session_on_or_before(in_new_york(at).date())
    return session if calendar.session_close(session) <= at else calendar.offset(session, -1)
