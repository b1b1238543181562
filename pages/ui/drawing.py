"""A chart on the page, with its words for those who cannot see it."""

from __future__ import annotations

from functools import partial
from typing import Literal, TypeAlias

import streamlit as st
from altair.utils import schemapi
from streamlit.delta_generator import DeltaGenerator

from pages.ui.charts import Drawing

Width: TypeAlias = Literal["stretch", "content"]


def draw(
    chart: Drawing, *, alt: str, on: DeltaGenerator | None = None, width: Width = "stretch"
) -> None:
    """Draw the chart in the open container, or on the one given.

    Its specification is not held against Vega-Lite's schema again at every rerun, which takes
    longer than making it: the tests draw every chart, and hold each of them against it.
    """
    (on or st).altair_chart(unchecked(chart), alt=alt, width=width)


def unchecked(chart: Drawing) -> Drawing:
    """The same chart, whose ``to_dict`` validates only when it is asked to."""
    if schemapi.DEBUG_MODE:
        return chart
    object.__setattr__(chart, "to_dict", partial(chart.to_dict, validate=False))
    return chart
