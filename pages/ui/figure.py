"""A key figure that compares nothing: its value, one grey line, and a history where there is one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def figure(
    label: str,
    value: str,
    note: str | None,
    about: str | None = None,
    history: Sequence[float] | None = None,
) -> None:
    """A bordered figure; ``note`` and ``about`` as they stand (make outside text safe before)."""
    st.metric(
        label,
        value,
        note,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=about,
        chart_data=history,
        chart_type="line",
    )
