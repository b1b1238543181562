"""Cards of a cycle: its figures, its funnel, and every symbol's way."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import streamlit as st

from core.events.cycle import CycleMarketFrozen
from core.schemas.signal import SignalAction
from pages.ui.card_head import card_head
from pages.ui.components import card_title, prose
from pages.ui.cycle_charts import STEPS, funnel
from pages.ui.drawing import draw_kept
from pages.ui.evidence import Filter
from pages.ui.figure import figure
from pages.ui.format import (
    dollars,
    number,
    shares,
    signed_dollars,
    signed_percent,
    words,
)
from pages.ui.safe import cell, safe
from storage.queries.cycles import CycleDetail, CycleSymbolLine

AGENTS = ("data_analyst", "risk_manager", "validator", "meta_decision")


def figures(cycle: CycleDetail) -> None:
    """Verdict, orders, equity and cash as the cycle found them."""
    line, found = cycle.line, "as the cycle found it"
    seen = Filter(run=line.cycle_id, type=CycleMarketFrozen.__name__)
    with st.grid(4, min_column_width=150, gap="small"):
        verdict = words(line.verdict.lower()) if line.verdict else "not asked"
        figure("Meta decision", verdict, _score(line.score), run=line.cycle_id)
        figure("Orders", str(line.orders), f"of {cycle.funnel[0]} symbols", run=line.cycle_id)
        figure("Equity", dollars(cycle.equity), found, **seen)
        figure("Cash", dollars(cycle.cash), found, **seen)


def _score(score: float | None) -> str:
    return "no score" if score is None else f"score {number(score)}"


def decision_card(cycle: CycleDetail) -> None:
    """Where it ended, and the last word."""
    line = cycle.line
    card_head("What was decided", safe(line.outcome), run=line.cycle_id)
    if line.synthesis:
        prose(line.synthesis)
    else:
        st.markdown(":gray[The meta decision was not asked: nothing was left to decide.]")
    for agent in AGENTS:
        who = cycle.models.get(agent)
        why = cycle.silent.get(agent)
        if why is not None:
            st.markdown(f":orange-badge[no answer] {words(agent)}: {safe(why)}")
        elif who is not None:
            st.markdown(f":gray[{words(agent).capitalize()}: {safe(who)}]")


def funnel_card(cycle: CycleDetail) -> None:
    note = "each step keeps what the one before it left"
    card_head("From symbols to orders", note, run=cycle.line.cycle_id)
    told = ", ".join(f"{count} {step}" for step, count in zip(STEPS, cycle.funnel, strict=True))
    draw_kept(funnel, tuple(cycle.funnel), alt=f"How many symbols passed each step: {told}")


def symbols_card(cycle: CycleDetail) -> None:
    """One row a symbol that somebody spoke of, those that came furthest first."""
    card_head(
        "Symbol by symbol",
        "confidence and scores from 0 to 1; shares as asked, allowed by the hard limits, and ordered",
        run=cycle.line.cycle_id,
    )
    spoken = [one for one in cycle.symbols if one.signal is not None]
    if not spoken:
        st.markdown(":gray[No signal was given.]")
        return
    rows = [_row(one) for one in sorted(spoken, key=lambda one: (-one.steps, one.symbol))]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        placeholder="",
        column_config={
            name: st.column_config.ProgressColumn(name, min_value=0, max_value=1, format="%.2f")
            for name in ("confidence", "risk", "validator")
        },
        alt="Every symbol's signal and what each step made of it",
    )


def _row(one: CycleSymbolLine) -> dict[str, object]:
    signal, risk, checked = one.signal, one.risk, one.validation
    assert signal is not None  # only what was spoken of is a row
    trades = signal.action is not SignalAction.HOLD
    return {
        "symbol": one.symbol,
        "signal": signal.action.value,
        "came to": STEPS[one.steps - 1],
        "confidence": signal.confidence,
        "risk": risk.score if risk and risk.judged else None,
        "validator": checked.score if checked and checked.judged else None,
        "asked": shares(signal.quantity) if trades else "",
        "allowed": shares(risk.allowed) if risk else "",
        "ordered": shares(one.planned) if one.planned is not None else "",
        "price": dollars(one.price, 2),
        "result": ""
        if one.pnl is None
        else f"{signed_dollars(one.pnl)} ({signed_percent(one.returned)})",
        "sector": cell(one.sector or "unknown", 40),
    }


def reasons_card(cycle: CycleDetail) -> None:
    """What was said of each symbol that was to be traded, and every limit that spoke."""
    card_head(
        "What was said",
        "hard limits in code come first; what they refuse no model has seen",
        run=cycle.line.cycle_id,
    )
    spoken = [one for one in cycle.symbols if one.signal is not None and one.signal.trades]
    if not spoken:
        st.markdown(":gray[Nobody wanted to trade.]")
    for one in sorted(spoken, key=lambda each: (-each.steps, each.symbol)):
        assert one.signal is not None  # as asked for above
        with st.expander(f"{one.signal.action} {safe(one.symbol)} · {STEPS[one.steps - 1]}"):
            st.markdown("\n".join(f"- {line}" for line in _said(one)))


def _said(one: CycleSymbolLine) -> Iterator[str]:
    signal, risk, checked = one.signal, one.risk, one.validation
    for reason in signal.reasons if signal else ():
        yield f":gray[Analyst] {safe(reason)}"
    if risk is not None:
        for hit in risk.hits:
            yield f":orange-badge[{hit.outcome}] **{safe(words(hit.limit))}** {safe(hit.reason)}"
        for concern in risk.concerns:
            yield f":gray[Risk] {safe(concern)}"
    for warning in checked.warnings if checked else ():
        yield f":gray[Validator] {safe(warning)}"
    if one.reason is not None:
        yield f":gray[Meta decision] {'trade' if one.chosen else 'leave'}: {safe(one.reason)}"


def absent_card(cycle: CycleDetail) -> None:
    """Symbols that could not be looked at, and why."""
    if not cycle.absent:
        return
    with st.container(border=True):
        card_title("Not looked at", "without a trustworthy price nothing is traded")
        for symbol, why in sorted(cycle.absent.items()):
            st.markdown(f"- **{safe(symbol)}** {safe(why)}")
