"""Which record of an account is shown: the present model's, unless the address names another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.format import week
from storage.queries.tenures import Tenure

START = "start"


def picked_record(seats: Sequence[Tenure]) -> Tenure:
    """The chosen one of ``seats`` (oldest first, not empty); nothing to choose while there is one.

    ``?record=2026-12-02`` opens the record that began in that week, ``?record=start`` the first.
    """
    if len(seats) == 1:
        return seats[0]
    st.markdown(
        ":gray[:small[A model change splits the record: each model answers for its own weeks.]]"
    )
    by_name = {one.since or START: one for one in seats}
    chosen = st.segmented_control(
        "Record since",
        list(by_name),
        default=list(by_name)[-1],
        key="record",
        bind="query-params",
        required=True,
    )
    return by_name.get(chosen or "", seats[-1])


def spoken(tenure: Tenure) -> str:
    """``openai/gpt-5.1 from the start to Wed 2 Dec 2026``: outside text, to be made safe."""
    since = f"since {week(tenure.since)}" if tenure.since else "from the start"
    until = f" to {week(tenure.until)}" if tenure.until else ""
    return f"{tenure.model} {since}{until}"
