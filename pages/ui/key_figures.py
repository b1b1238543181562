"""Key figures of the council: what it is worth, against whom it stands where, how far it has fallen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.desk.opening import STRATEGY
from core.market import Floats
from core.policy import BreakerLimits
from core.rules.league import AccountRecord
from core.schemas.breaker import DESK, Cause, Halt, account_scope, strategy_scope
from pages.ui.figure import figure_card
from pages.ui.format import dollars, percent, points, signed_percent
from pages.ui.overview_data import Overview
from pages.ui.safe import safe
from storage.queries import AccountRole
from storage.queries.records import AccountCourse

A_WEEK = 5
LEAST_SHOWN = 0.0005
AHEAD, BEST = "Against PM ahead so far", "Against the best PM"


def kpi_row(seen: Overview, halts: Sequence[Halt], limits: BreakerLimits) -> None:
    """Four figures of the council, each with its history; against whom only over common sessions."""
    council = seen.council
    if council is None:
        st.info("The council has no marked session yet: its key figures follow.")
        return
    pms = [one for one in seen.courses if one.account.role is AccountRole.PM]
    ahead = max(pms, key=lambda one: seen.lines[one.account.account_id].total_return, default=None)
    flat = next((one for one in seen.courses if one.account.role is AccountRole.FLAT), council)
    with st.grid(4, min_column_width=180, gap="small"):
        with _figure(council):
            _worth(council)
        with _figure(ahead or council):
            _against_pm(council, ahead, seen)
        with _figure(flat):
            _against("Against FLAT", council.record, flat.record)
        with _figure(council):
            _fall(council, [one for one in halts if _applies(one, council)], limits)


def _figure(account: AccountCourse) -> AbstractContextManager[None]:
    """A card whose figure depends on this account."""
    return figure_card(stream=f"account/{account.account.account_id}")


def _worth(council: AccountCourse) -> None:
    record = council.record
    growth = float(record.curve[-1] / record.begin - 1)
    st.metric(
        "Council equity",
        dollars(record.curve[-1]),
        signed_percent(growth, 2) if abs(growth) >= LEAST_SHOWN else 0,
        delta_description=f"since {record.days[0].astype(object):%b %Y}",
        chart_data=thinned(record.curve),
        chart_type="line",
        help=f"{len(record.days)} sessions, {record.closed_trades} closed trades, of "
        f"{percent(record.coverage, 0)} of the sessions the equity is known.",
    )


def _against_pm(council: AccountCourse, ahead: AccountCourse | None, seen: Overview) -> None:
    """The PM with the highest return, who is the best one only once there is evidence for it."""
    if ahead is None:
        _nobody(AHEAD, "no PM has a marked session yet")
        return
    proven = seen.lines[ahead.account.account_id].standing.ranked
    _against(
        BEST if proven else AHEAD,
        council.record,
        ahead.record,
        f"{safe(ahead.account.shown)}: the PM with the highest return so far, known in hindsight.",
    )


def _against(
    label: str, own: AccountRecord, other: AccountRecord, about: str | None = None
) -> None:
    """The difference of two total returns over common sessions, in percentage points."""
    ahead = _lead(own, other)
    if len(ahead) < 2:
        _nobody(label, "no common sessions yet")
        return
    change = float(ahead[-1] - ahead[-1 - min(A_WEEK, len(ahead) - 1)])
    st.metric(
        label,
        points(float(ahead[-1])),
        points(change) if abs(change) >= LEAST_SHOWN else 0,
        delta_description="in 5 sessions",
        chart_data=thinned(ahead),
        chart_type="line",
        help=about,
    )


def _lead(own: AccountRecord, other: AccountRecord) -> Floats:
    """What the one earned more than the other, a fraction, from where both have a record."""
    if np.array_equal(own.days, other.days):
        mine, theirs = own.curve, other.curve
    else:
        _, here, there = np.intersect1d(own.days, other.days, return_indices=True)
        mine, theirs = own.equity[here], other.equity[there]
    if not len(mine) or mine[0] <= 0 or theirs[0] <= 0:
        return np.empty(0)
    lead: Floats = mine / mine[0] - theirs / theirs[0]
    return lead


def _fall(council: AccountCourse, halts: Sequence[Halt], limits: BreakerLimits) -> None:
    curve = council.record.curve
    falls = curve / np.maximum.accumulate(curve) - 1
    st.metric(
        "Drawdown now",
        percent(float(falls[-1])),
        _halted(halts),
        delta_color="inverse" if halts else "off",
        delta_arrow="off",
        chart_data=thinned(falls),
        chart_type="line",
        help=f"From the highest close; the deepest was {percent(float(falls.min()))}. The breaker "
        f"halts new positions over {limits.drawdown_halt_pct:f} % or after "
        f"{limits.consecutive_loss_halt} losing trades in a row.",
    )


def _halted(halts: Sequence[Halt]) -> str:
    if not halts:
        return "no breaker halt"
    first = halts[0]
    what = "drawdown" if first.cause is Cause.DRAWDOWN else f"{first.value:f} losses in a row"
    return f"halted: {what}"


def _applies(halt: Halt, council: AccountCourse) -> bool:
    """Its own halt, its strategy's or the desk's."""
    own = account_scope(council.account.account_id)
    return halt.scope in (DESK, strategy_scope(STRATEGY), own)


def _nobody(label: str, why: str) -> None:
    st.metric(label, "n/a", why, delta_color="off", delta_arrow="off")


def thinned(values: Floats, most: int = 60) -> list[float]:
    """At most so many values, evenly taken, the last one always there."""
    return [float(value) for value in values[places(len(values), most)]]


def places(length: int, most: int) -> NDArray[np.intp]:
    """At most so many places of ``length``, evenly taken, the first and the last among them."""
    return np.linspace(0, length - 1, min(most, length)).round().astype(np.intp)
