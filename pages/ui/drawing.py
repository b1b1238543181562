"""A chart on the page, with its words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVarTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.charts import Drawing
from pages.ui.data import KEYS
from pages.ui.specification import Specification, specification

Width: TypeAlias = Literal["stretch", "content"]
Of = TypeVarTuple("Of")
MOST = 200
"""Specifications kept, of some ten kilobytes each."""


def draw(
    chart: Drawing, *, alt: str, on: DeltaGenerator | None = None, width: Width = "stretch"
) -> None:
    """Draw the chart in the open container, or on the one given."""
    (on or st).vega_lite_chart(spec=specification(chart), alt=alt, width=width)


def draw_kept(make: Callable[[*Of], Drawing], *of: *Of, alt: str) -> None:
    """Draw what ``make`` makes of its arguments, which are all that the chart may depend on.

    Making a chart takes ten times as long as sending it: as long as the arguments stay the same, so
    does the chart. ``make`` is a function of a module; the `StoreState` whose log it reads is among
    its arguments, and who is looking changes nothing in what it draws.
    """
    key = (f"{make.__module__}.{make.__qualname__}", *of)
    st.vega_lite_chart(spec=_kept(key, make), alt=alt, width="stretch")


@st.cache_resource(max_entries=MOST, show_spinner=False, hash_funcs=KEYS)
def _kept(key: tuple[Any, ...], _make: Callable[..., Drawing]) -> Specification:
    """``key`` is the name of ``_make`` and its arguments."""
    return specification(_make(*key[1:]))
