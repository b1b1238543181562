"""A page of nothing but widgets: as many of each kind as its address asks for."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

POINTS, LINES, ROWS = 150, 2, 20


def wanted(name: str) -> int:
    return int(st.query_params.get(name, "0"))


st.set_page_config(layout="wide")
frame = pd.DataFrame(
    {
        "x": list(range(POINTS)) * LINES,
        "y": [(place * 7919) % 97 for place in range(POINTS * LINES)],
        "line": [f"line {number}" for number in range(LINES) for _ in range(POINTS)],
    }
)
table = pd.DataFrame({name: range(ROWS) for name in "abcdef"})
for _ in range(wanted("blocks")):
    st.container()
for number in range(wanted("others")):
    st.checkbox(f"box {number}")
for number in range(wanted("metrics")):
    st.metric(f"metric {number}", number, 1, border=True)
for number in range(wanted("texts")):
    st.markdown(f"**text** {number}")
for _ in range(wanted("charts")):
    lines = alt.Chart(frame).mark_line().encode(x="x:Q", y="y:Q", color="line:N")
    st.altair_chart(lines)
for _ in range(wanted("tables")):
    st.dataframe(table, hide_index=True)
