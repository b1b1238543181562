"""A research pack computed from prices: pack A looks at a quarter, pack B at a month and at crowding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from core.clock import in_new_york
from core.errors import MarketError, ModelUnavailable
from core.market import BarSeries, Defect
from core.policy import AssetSpec
from core.ports import MarketData, TradingCalendar
from core.rules.indicators import compute_indicators
from core.schemas.research import (
    ConfidenceNotes,
    ResearchAnswer,
    ResearchFindings,
    ResearchRequest,
)
from providers.research.candidates import candidates
from providers.research.crowding import BENCHMARK, consensus
from providers.research.lenses import LENSES
from providers.research.market_calendar import week_ahead
from providers.research.narratives import narratives
from providers.research.regime import Readings, regime, unread
from providers.research.report_text import report_text

SESSIONS = 300
NOT_READ = (
    "News, positioning surveys and economic releases are not read: this pack is computed from "
    "prices and the exchange's calendar only."
)


class RulesResearcher:
    """The Researcher port over bars known at the request's ``as_of``; labelled ``rules/research-…``.

    Everything in it is computed, and its texts say so. What could not be read is named in the
    confidence notes. ModelUnavailable when no asset has bars.
    """

    def __init__(
        self,
        market: MarketData,
        pack: str,
        assets: Sequence[AssetSpec],
        calendar: TradingCalendar,
    ) -> None:
        self._market = market
        self._lens = LENSES[pack]
        self._source = f"rules/research-{pack.lower()}"
        self._tradable = {asset.symbol for asset in assets}
        self._calendar = calendar

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        series, flags = self._read(request)
        if not series:
            raise ModelUnavailable(
                f"{self._source} has no bars at {request.as_of:%Y-%m-%d}: give newer data"
            )
        benchmark = series.get(BENCHMARK)
        readings = Readings(
            {symbol: compute_indicators(bars, benchmark) for symbol, bars in series.items()},
            self._lens,
        )
        findings = self._findings(readings, request, flags)
        report = report_text(findings, self._lens.words)
        return ResearchAnswer(source=self._source, findings=findings, report=report)

    def _findings(
        self, readings: Readings, request: ResearchRequest, flags: tuple[str, ...]
    ) -> ResearchFindings:
        events = week_ahead(self._calendar, in_new_york(request.as_of).date(), request.symbols)
        tradable = [symbol for symbol in readings.by_symbol if symbol in self._tradable]
        return ResearchFindings(
            macro_regime=regime(readings),
            top_narratives=narratives(readings, events),
            consensus_map=consensus(readings),
            tradable_candidates=candidates(readings, tradable),
            event_calendar_next_7d=events,
            confidence_notes=ConfidenceNotes(
                known_unknowns=(NOT_READ, *unread(readings)), data_quality_flags=flags
            ),
        )

    def _read(self, request: ResearchRequest) -> tuple[Mapping[str, BarSeries], tuple[str, ...]]:
        """The bars of each symbol that can be trusted, and what is wrong with the rest."""
        series: dict[str, BarSeries] = {}
        flags: list[str] = []
        for symbol in request.symbols:
            try:
                bars = self._market.bars([symbol], request.as_of, SESSIONS)
            except MarketError as error:
                flags.append(f"{symbol}: {error}"[:400])
                continue
            series[symbol] = bars.series[symbol]
            flags += _counted(symbol, bars.defects)
            flags += _short(series[symbol])
        return series, tuple(flags)


def _counted(symbol: str, defects: Iterable[Defect]) -> list[str]:
    """One flag a kind of defect: its first session, and how many more there are."""
    sessions: dict[str, list[date]] = {}
    for one in defects:
        sessions.setdefault(one.kind, []).append(one.session)
    return [
        f"{symbol}: {kind} on {min(days)}{f' and {len(days) - 1} more' if days[1:] else ''}"
        for kind, days in sessions.items()
    ]


def _short(bars: BarSeries) -> list[str]:
    if len(bars) >= SESSIONS:
        return []
    return [f"{bars.symbol}: {len(bars)} sessions of history, {SESSIONS} wanted"]
