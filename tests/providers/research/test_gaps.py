"""Computed research with little, nothing or defective history: a whole pack, or a clear failure."""

from __future__ import annotations

import asyncio
from datetime import date, time

import pytest

from core.clock import at_new_york
from core.context import PipelineContext
from core.errors import ModelUnavailable
from core.keys import RESEARCH_PACK_A, RUN
from core.market import Defect, DefectKind
from core.schemas.research import (
    Impulse,
    PackStatus,
    ResearchFindings,
)
from core.stages.research import ResearchStage
from core.types import week_of
from providers.research.rules import RulesResearcher
from tests.fakes.research import (
    ASSETS,
    CALENDAR,
    DAY,
    SeriesMarket,
    drifting,
    research,
    trending,
)
from tests.fakes.snapshots import CLASSES, known_bars
from tests.fakes.week import policy, run_spec


def test_an_impulse_without_a_proxy_is_named_as_unknown():
    found = research("A", trending(SPY=0.002, TLT=0.001)).findings
    assert found.macro_regime.usd_impulse is Impulse.RANGE
    unknowns = " ".join(found.confidence_notes.known_unknowns)
    assert "usd_impulse is unknown, not a range: none of UUP could be read" in unknowns
    assert "rates_impulse" not in unknowns


def test_missing_short_and_defective_series_are_named():
    defect = Defect("SPY", DefectKind.MISSING_SESSION, date(2021, 6, 1), "gap")
    market = SeriesMarket({"SPY": drifting("SPY", 0.001, sessions=90)}, [defect])
    flags = research("A", market, symbols=("SPY", "GLD")).findings.confidence_notes
    assert flags.data_quality_flags == (
        "SPY: missing_session on 2021-06-01",
        "SPY: 90 sessions of history, 300 wanted",
        "GLD: no bars for GLD",
    )


def test_many_defects_of_a_kind_are_one_flag():
    days = [date(2021, 5, day) for day in (4, 3, 5)]
    gaps = [Defect("SPY", DefectKind.MISSING_SESSION, day, "gap") for day in days]
    stale = Defect("SPY", DefectKind.STALE, date(2021, 6, 7), "old")
    market = SeriesMarket({"SPY": drifting("SPY", 0.001)}, [*gaps, stale])
    flags = research("A", market, symbols=("SPY",)).findings.confidence_notes.data_quality_flags
    assert flags == ("SPY: missing_session on 2021-05-03 and 2 more", "SPY: stale on 2021-06-07")


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("sessions", [1, 2, 6, 20, 21, 22, 61, 200, 253, 271, 300])
def test_any_length_of_history_gives_a_whole_pack(pack, sessions):
    known = {symbol: bars.last(sessions) for symbol, bars in known_bars(DAY).items()}
    answer = research(pack, SeriesMarket(known))
    assert (
        ResearchFindings.model_validate_json(answer.findings.model_dump_json()) == answer.findings
    )
    flags = answer.findings.confidence_notes.data_quality_flags
    assert len(flags) == (len(CLASSES) if sessions < 300 else 0)
    if sessions < 20:
        assert len(answer.findings.confidence_notes.known_unknowns) == 6
        assert answer.findings.tradable_candidates == ()


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("symbol", CLASSES)
def test_any_one_missing_symbol_is_flagged_and_the_rest_is_read(pack, symbol):
    known = {name: bars for name, bars in known_bars(DAY).items() if name != symbol}
    found = research(pack, SeriesMarket(known)).findings
    assert found.confidence_notes.data_quality_flags == (f"{symbol}: no bars for {symbol}",)
    assert symbol not in {idea.instrument for idea in found.tradable_candidates}
    assert found.tradable_candidates


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("symbol", CLASSES)
def test_a_symbol_alone_is_enough_for_a_pack(pack, symbol):
    found = research(pack, SeriesMarket({symbol: known_bars(DAY)[symbol]}))
    assert [idea.instrument for idea in found.findings.tradable_candidates] == [symbol]
    assert len(found.findings.confidence_notes.data_quality_flags) == len(CLASSES) - 1


def outcome(market, day=DAY):
    """What the research stage makes of pack A."""
    stage = ResearchStage("A", RulesResearcher(market, "A", ASSETS, CALENDAR), policy())
    run = run_spec().model_copy(
        update={"as_of": at_new_york(day, time(8)), "week_id": week_of(day)}
    )
    return asyncio.run(stage.run(PipelineContext().bind(RUN, run)))[RESEARCH_PACK_A]


def test_a_received_an_empty_and_a_missing_pack_are_three_things():
    received = outcome(SeriesMarket(known_bars(DAY)))
    empty = outcome(SeriesMarket({"SPY": drifting("SPY", 0.001, sessions=5)}))
    missing = outcome(SeriesMarket({}))
    assert (received.status, received.source) == (PackStatus.RECEIVED, "rules/research-a")
    assert (empty.status, missing.status) == (PackStatus.EMPTY, PackStatus.MISSING)
    assert received.pack.report.startswith("Computed from daily prices")
    assert "no bars at 2021-06-09" in missing.missing_because


def test_no_bars_at_all_is_a_failure_not_an_empty_pack():
    with pytest.raises(ModelUnavailable, match="rules/research-b has no bars at 2021-06-09"):
        research("B", SeriesMarket({}))
