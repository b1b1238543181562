"""Strategies side by side: on or off, what each has, what it earned beside its benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from core.strategy import StrategySpec
from pages.ui.card_head import card_head
from pages.ui.components import card_title
from pages.ui.drawing import draw
from pages.ui.evidence import Filter
from pages.ui.figure import figure
from pages.ui.format import dollars, percent, points, signed_dollars, signed_percent
from pages.ui.places import link
from pages.ui.safe import safe
from pages.ui.strategies_charts import return_lines
from storage.queries.strategies import StrategyLine

UNITS = "capital and equity in $; returns around deposits and withdrawals, since each began"


BROKERS = {"simulated": "simulated", "desk": "the desk's"}


def every_card(lines: Sequence[StrategyLine]) -> None:
    """Allocation and performance, a row a strategy."""
    card_title("All strategies", UNITS)
    total = sum((line.equity for line in lines if line.equity is not None), Decimal(0))
    st.dataframe(
        pd.DataFrame([_row(line, total) for line in lines]),
        hide_index=True,
        height="content",
        alt="Every strategy with its switch, capital, equity, return and drawdown",
    )


def _row(line: StrategyLine, total: Decimal) -> dict[str, str]:
    return {
        "strategy": line.title,
        "state": "on" if line.on else "off",
        "account": line.account_id or "none yet",
        "broker": BROKERS[line.broker],
        "capital": dollars(line.capital),
        "equity": dollars(line.equity),
        "share of equity": percent(line.equity / total) if line.equity and total else "n/a",
        "return": signed_percent(line.returned),
        f"{line.benchmark} meanwhile": signed_percent(line.benchmark_returned),
        "drawdown": percent(line.drawdown),
        "halted": ", ".join(halt.cause.value for halt in line.halts) or "no",
    }


def figures(line: StrategyLine) -> None:
    """Four figures of the chosen strategy."""
    with st.grid(4, min_column_width=180, gap="small"):
        since = f"close of {line.session}" if line.session else "no close has been marked yet"
        closes = _closes(line)
        figure("Equity", dollars(line.equity), since, **closes)
        known = line.returned is not None and line.benchmark_returned is not None
        lead = (line.returned or 0) - (line.benchmark_returned or 0)
        figure(
            "Return",
            signed_percent(line.returned, 2),
            f"{points(lead)} against {safe(line.benchmark)}" if known else "no benchmark yet",
            "Time-weighted: deposits and withdrawals neither make nor hide it.",
            **closes,
        )
        figure("Below its best", percent(line.drawdown), _halted(line), **closes)
        figure(
            "Realised",
            signed_dollars(line.realised),
            f"{line.closed_trades} round trips, net of costs",
            stream=f"account/{line.account_id or ''}",
        )


def _closes(line: StrategyLine) -> Filter:
    """The closes at which it was valued: its own, or those of the council's universe."""
    if line.pipeline == "cycle":
        return Filter(stream=f"strategy/{line.name}/marks")
    return Filter(type="UniverseMarked")


def _halted(line: StrategyLine) -> str:
    return "breaker: halted" if line.halts else "breaker: no halt"


def course_card(line: StrategyLine, frame: pd.DataFrame) -> None:
    """Its return beside its benchmark's, both from the first close."""
    card_head("Course", "per cent since the first close", **_closes(line))
    if frame.empty:
        st.markdown(":gray[No close has been marked yet: the course begins with the first.]")
        return
    draw(
        return_lines(frame),
        alt=f"Return of {line.title} and of {line.benchmark} at each close",
    )
    if line.pipeline == "weekly":
        link("accounts", "The council's account in full", account=line.account_id or "")
    else:
        link("cycle", "Its newest trading cycle")


def limits_card(spec: StrategySpec) -> None:
    """What bounds it; the file says it, no model can."""
    card_title("Limits", "from config/strategies.yaml")
    limits, rule = spec.limits, spec.switch_off
    rows = {
        "a position": f"{limits.max_position_pct:.0%} of equity",
        "a sector": f"{limits.max_sector_pct:.0%} of equity",
        "positions": f"at most {limits.max_positions}",
        "an order": f"{limits.max_volume_pct:.0%} of the mean daily volume",
        "cycles": ", ".join(f"{one:%H:%M}" for one in spec.schedule.cycles) + " New York",
        "a move that starts one": f"{spec.schedule.move_pct:g} % in a session",
        "switched off by itself": "never"
        if rule is None
        else f"{rule.weeks_behind} weeks in a row behind {spec.benchmark}, or a return below "
        f"{rule.return_below_pct:g} %",
    }
    st.table(pd.Series(rows, name="limit").to_frame(), border="horizontal")
