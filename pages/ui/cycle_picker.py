"""Which cycle is shown: the one the address names, else the newest."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.format import short_moment
from pages.ui.safe import clipped, safe
from storage.queries.cycles import CycleLine

PARAMETER, WIDGET = "cycle", "cycle_picker"


def picked_cycle(lines: Sequence[CycleLine]) -> str | None:
    """The chosen one of ``lines`` (newest first, not empty), or an older one the address names."""
    known = {line.cycle_id: line for line in lines}
    asked = st.query_params.get(PARAMETER)
    if asked and asked not in known:
        return asked
    names = list(known)
    chosen: str | None = st.selectbox(
        "Cycle",
        names,
        index=names.index(asked) if asked else 0,
        format_func=lambda name: _named(known[name]),
        key=WIDGET,
        on_change=_follow,
    )
    return chosen


def unknown_cycle(asked: str) -> None:
    st.info(
        f"This store has no cycle {safe(clipped(asked, 40))}: take the link below to the newest."
    )


def _named(line: CycleLine) -> str:
    dry = "" if line.execute else " · dry run"
    return clipped(f"{short_moment(line.as_of)} · {line.trigger}{dry} · {line.outcome}", 90)


def _follow() -> None:
    """Put the choice into the address, so that it can be shared."""
    st.query_params[PARAMETER] = str(st.session_state[WIDGET])
