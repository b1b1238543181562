"""Which week is shown: the one the address names, else the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.types import WeekId, week_of
from pages.ui.format import week
from pages.ui.safe import clipped, safe
from pages.ui.visitor import visitor

PARAMETER, WIDGET = "week", "week_picker"


def picked_week(weeks: Sequence[WeekId], first: WeekId | None = None) -> WeekId | None:
    """The chosen week of ``weeks`` (newest first, not empty); None when the address names another.

    Where nobody has chosen it is ``first``, or the newest.

    ``?week=`` takes any date in the week, and follows the choice. A guest sees the granted week,
    whatever the address says, and nothing to pick.
    """
    granted = visitor().granted_week
    if granted is not None:
        return granted
    asked = st.query_params.get(PARAMETER)
    named = _week_named(asked) if asked else first or weeks[0]
    chosen: WeekId | None = st.selectbox(
        "Week",
        weeks,
        index=weeks.index(named) if named in weeks else None,
        format_func=week,
        placeholder="Choose a week",
        key=WIDGET,
        on_change=_follow,
    )
    return chosen


def unknown_week(weeks: Sequence[WeekId]) -> None:
    """Says that the address names a week nobody has run, and which ones there are."""
    asked = clipped(st.query_params.get(PARAMETER, ""), 40)
    st.info(
        f"This store has no run of a week {safe(asked)}. It holds {week(weeks[-1])} to "
        f"{week(weeks[0])}: choose one of them above."
    )


def _follow() -> None:
    """Put the choice into the address, so that it can be shared."""
    st.query_params[PARAMETER] = str(st.session_state[WIDGET])


def _week_named(text: str) -> WeekId | None:
    try:
        return week_of(date.fromisoformat(text))
    except ValueError:
        return None
