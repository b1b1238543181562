"""A key figure that compares nothing: its value, one grey line, a history, and the events behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Unpack

import streamlit as st

from pages.ui.evidence import Filter, events_behind


@contextmanager
def figure_card(**events: Unpack[Filter]) -> Iterator[None]:
    """A bordered card round one figure, with the way to the events it is made of."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        yield
        with st.container(horizontal=True, horizontal_alignment="right"):
            events_behind(**events)


def figure(
    label: str,
    value: str,
    note: str | None,
    about: str | None = None,
    history: Sequence[float] | None = None,
    **events: Unpack[Filter],
) -> None:
    """``note`` and ``about`` as they stand (make outside text safe before).

    A figure no event stands behind, as a setting's, has no link.
    """
    if events:
        with figure_card(**events):
            _metric(label, value, note, about, history)
    else:
        with st.container(border=True, height="stretch"):
            _metric(label, value, note, about, history)


def _metric(
    label: str,
    value: str,
    note: str | None,
    about: str | None,
    history: Sequence[float] | None,
) -> None:
    st.metric(
        label,
        value,
        note,
        delta_color="off",
        delta_arrow="off",
        help=about,
        chart_data=history,
        chart_type="line",
    )
