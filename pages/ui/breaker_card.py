"""The breaker: how near each scope is to its halt, what is halted, and a reset by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.policy import BreakerLimits
from core.schemas.breaker import DESK, Cause, Halt, Scope
from core.types import AccountId
from pages.ui.bullet_chart import Fallen, drawdown_bullets
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.drawing import draw_kept
from pages.ui.format import dollars
from pages.ui.rows import as_table
from pages.ui.safe import safe
from pages.ui.visitor import may_steer
from storage.control import reset_breaker
from storage.event_store import SqlEventStore
from storage.queries import AccountLabel
from storage.queries.breaker import ScopeLine

BREAKER, MARKET = "system/breaker", "system/market"
"""Halts with what they were measured on; before the first one, the marks they are measured on."""
CARD, CHOICE, REASON = "breaker", "reset scope", "reset reason"
Labels = Mapping[AccountId, AccountLabel]


def breaker_card(lines: Sequence[ScopeLine], limits: BreakerLimits, labels: Labels) -> None:
    """Every scope's fall from its peak against its halt; a halted one with its shadow."""
    card_head(
        "Circuit breaker",
        f"halts at {limits.drawdown_halt_pct} % below the peak, released under "
        f"{limits.drawdown_resume_pct} %; halts at {limits.consecutive_loss_halt} losing trades in a "
        f"row, released after {limits.win_streak_resume} wins",
        stream=BREAKER if any(line.halts for line in lines) else MARKET,
    )
    if not lines:
        st.markdown(":gray[No account has been opened yet: nothing is measured.]")
        return
    for line in lines:
        for halt in line.halts:
            st.markdown(_halted(halt, line, labels))
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        draw_kept(
            drawdown_bullets,
            tuple(_fallen(line, labels) for line in lines),
            float(limits.drawdown_halt_pct),
            float(limits.drawdown_resume_pct),
            alt="Drawdown of each scope against the threshold at which it halts",
        )
    right.dataframe(
        as_table([_numbers(line, labels) for line in lines], "shadow", "its wins"),
        hide_index=True,
        height="content",
        alt="Equity, peak, drawdown and losing trades in a row of each scope",
        column_config={
            "losses": st.column_config.NumberColumn(help="losing trades in a row"),
            "shadow": st.column_config.TextColumn(help="drawdown of its shadow"),
        },
    )
    answered(CARD)
    if may_steer():
        _reset(lines, labels)


def scope_name(scope: Scope, labels: Labels) -> str:
    """An account by its name, the desk and a strategy in words; outside text."""
    if scope == DESK:
        return "Desk"
    kind, _, name = scope.partition("/")
    label = labels.get(AccountId(name))
    if kind == "account":
        return label.name if label else name
    return f"Strategy {name.replace('_', ' ')}"


def _halted(halt: Halt, line: ScopeLine, labels: Labels) -> str:
    unit = " %" if halt.cause is Cause.DRAWDOWN else " losses in a row"
    size = f"{float(halt.value):.4g}{unit} against {float(halt.threshold):g}"
    name = safe(scope_name(halt.scope, labels))
    return f":red-badge[halted] **{name}**: {halt.cause}, {size}. :gray[{_shadow(line)}]"


def _shadow(line: ScopeLine) -> str:
    if line.shadow is None:
        return "No new positions; exits go on."
    return (
        f"Its shadow trades on: {line.shadow.drawdown_pct:.1f} % below its peak, "
        f"{line.shadow.wins} wins in a row."
    )


def _fallen(line: ScopeLine, labels: Labels) -> Fallen:
    state = "halted" if line.halts else "trading"
    name = scope_name(line.scope, labels)
    return Fallen(name, float(line.gauge.drawdown_pct), line.gauge.losses, state)


def _numbers(line: ScopeLine, labels: Labels) -> dict[str, object]:
    return {
        "scope": scope_name(line.scope, labels),
        "state": ", ".join(f"halted: {halt.cause}" for halt in line.halts) or "trading",
        "equity": dollars(line.gauge.equity),
        "peak": dollars(line.gauge.peak),
        "drawdown": f"{line.gauge.drawdown_pct:.2f} %",
        "losses": line.gauge.losses,
        "shadow": "" if line.shadow is None else f"{line.shadow.drawdown_pct:.2f} %",
        "its wins": "" if line.shadow is None else str(line.shadow.wins),
    }


def _reset(lines: Sequence[ScopeLine], labels: Labels) -> None:
    halted_first = sorted(lines, key=lambda line: not line.halts)
    with st.popover("Reset a scope by hand"):
        st.markdown("Its halts end, and it is measured anew from its equity now.")
        st.selectbox(
            "Scope",
            [line.scope for line in halted_first],
            format_func=lambda scope: safe(scope_name(scope, labels)),
            key=CHOICE,
        )
        st.text_input("Reason", max_chars=400, key=REASON)
        st.button("Reset", key="reset now", on_click=_reset_now)


def _reset_now() -> None:
    scope = st.session_state.get(CHOICE, DESK)

    def do(store: SqlEventStore) -> str:
        event = reset_breaker(store, scope, typed(REASON), by(), CLOCK)
        return f"{event.scope} is measured anew from here: {event.reason}"

    command(CARD, do, REASON)
