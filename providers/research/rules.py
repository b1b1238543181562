"""A research pack computed from prices: lens A looks at a quarter, lens B at a month and at crowding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import in_new_york
from core.errors import MarketError, ModelUnavailable
from core.policy import AssetSpec
from core.ports import MarketData, TradingCalendar
from core.rules.indicators import compute_indicators
from core.schemas.research import (
    ConfidenceNotes,
    ConsensusMap,
    Positioning,
    ResearchAnswer,
    ResearchFindings,
    ResearchRequest,
    TradableCandidate,
)
from providers.research.candidates import candidate
from providers.research.market_calendar import week_ahead
from providers.research.narratives import narratives
from providers.research.regime import Readings, percent, regime
from providers.research.report_text import report_text

SESSIONS = 300
SESSIONS_A_YEAR = 252
BENCHMARK = "SPY"
CANDIDATES = 4
CROWDED = 68.0


@dataclass(frozen=True, slots=True)
class Lens:
    """Which return counts, what it is called, and how many sessions it spans."""

    returns: str
    words: str
    sessions: int


LENSES: Mapping[str, Lens] = {
    "A": Lens("return_60d", "60 sessions", 60),
    "B": Lens("return_20d", "20 sessions", 20),
}


class RulesResearcher:
    """The Researcher port over bars known at the request's ``as_of``; labelled ``rules/research-…``.

    Everything in it is computed, and its texts say so. ModelUnavailable when no asset has bars.
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
        self._assets = {asset.symbol: asset for asset in assets}
        self._calendar = calendar

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        readings, gaps = self._read(request)
        if not readings.by_symbol:
            raise ModelUnavailable(
                f"{self._source} has no bars at {request.as_of:%Y-%m-%d}: give newer data"
            )
        today = in_new_york(request.as_of).date()
        findings = ResearchFindings(
            macro_regime=regime(readings),
            top_narratives=narratives(readings, self._lens.words),
            consensus_map=self._consensus(readings),
            tradable_candidates=self._candidates(readings),
            event_calendar_next_7d=week_ahead(self._calendar, today),
            confidence_notes=ConfidenceNotes(
                known_unknowns=(
                    "News, positioning surveys and economic releases are not read: computed from "
                    "prices and the exchange's calendar only.",
                ),
                data_quality_flags=gaps,
            ),
        )
        return ResearchAnswer(
            source=self._source, findings=findings, report=report_text(findings, self._lens.words)
        )

    def _read(self, request: ResearchRequest) -> tuple[Readings, tuple[str, ...]]:
        series, gaps = {}, []
        for symbol in request.symbols:
            try:
                bars = self._market.bars([symbol], request.as_of, SESSIONS)
            except MarketError as error:
                gaps.append(f"{symbol}: {error}"[:400])
                continue
            series[symbol] = bars.series[symbol]
            gaps += [f"{symbol}: {defect.kind} on {defect.session}" for defect in bars.defects]
        benchmark = series.get(BENCHMARK)
        found = {symbol: compute_indicators(bars, benchmark) for symbol, bars in series.items()}
        share = math.sqrt(self._lens.sessions / SESSIONS_A_YEAR)
        return Readings(found, self._lens.returns, share), tuple(gaps)

    def _consensus(self, readings: Readings) -> ConsensusMap:
        rsi = readings.get(BENCHMARK, "rsi_14")
        crowded = rsi is not None and (rsi > CROWDED or rsi < 100 - CROWDED)
        light = rsi is not None and abs(rsi - 50) < 5
        positioning = Positioning.CROWDED if crowded else Positioning.NEUTRAL
        move = readings.get(BENCHMARK, self._lens.returns)
        return ConsensusMap(
            street_consensus=(
                f"Inferred from prices: {BENCHMARK} {percent(move)} over {self._lens.words}."
            ),
            positioning_guess=Positioning.LIGHT if light else positioning,
            what_market_is_priced_for=(
                f"More of the same: {BENCHMARK} {percent(move)} over {self._lens.words}.",
            ),
            what_would_surprise=("A turn that crosses the 50-session mean within the week.",),
        )

    def _candidates(self, readings: Readings) -> tuple[TradableCandidate, ...]:
        moves = {
            symbol: move
            for symbol in readings.by_symbol
            if symbol in self._assets and (move := readings.move(symbol)) is not None
        }
        order = sorted(moves, key=lambda symbol: (-abs(moves[symbol]), symbol))
        return tuple(
            candidate(symbol, moves[symbol], readings, self._lens.words)
            for symbol in order[:CANDIDATES]
        )
