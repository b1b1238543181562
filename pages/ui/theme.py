"""Colours by their role, taken from the theme: nothing here is a colour.

Altair draws categories in the theme's order (``chartCategoricalColors`` in ``.streamlit/config.toml``):
the first is the accent, the second the grey of its peers, the third marks a loss.
"""

from __future__ import annotations

import altair as alt

ACCENT, PEER, LOSS = "accent", "peer", "loss"
CHART_HEIGHT = 370
SMALL_CHART_HEIGHT = 300
BULLET_HEIGHT = 34
ROW_HEIGHT = 26


def role_colour(field: str = "role") -> alt.Color:
    """The accent against grey peers and losses; no legend, lines carry their names."""
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=[ACCENT, PEER, LOSS]), legend=None)
