"""Nothing but widgets in a shell of as many places: as many of each kind as its address asks for."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

LINES = 2
ICON = str(Path(__file__).parents[2] / "pages" / "static" / "icon.png")


def wanted(name: str) -> int:
    return int(st.query_params.get(name, "0"))


def sizes(name: str) -> list[list[int]]:
    """``12x4,3x9`` as lists of numbers, one for each thing to be drawn."""
    each = st.query_params.get(name, "")
    return [[int(size) for size in one.split("x")] for one in each.split(",") if one]


def page() -> None:
    for _ in range(wanted("blocks")):
        st.container()
    for number in range(wanted("others")):
        st.checkbox(f"box {number}")
    for number in range(wanted("inputs")):
        st.text_input(f"words {number}")
    for number, (options,) in enumerate(sizes("selects")):
        st.selectbox(f"choice {number}", [f"option {one}" for one in range(options)])
    for number in range(wanted("links")):
        st.page_link(places[0], label=f"link {number}")
    for number in range(wanted("metrics")):
        st.metric(f"metric {number}", number, 1, border=True)
    for number in range(wanted("texts")):
        st.markdown(f"**text** {number}")
    for (points,) in sizes("charts"):
        lines = alt.Chart(series(points)).mark_line().encode(x="x:Q", y="y:Q", color="line:N")
        st.altair_chart(lines)
    for rows, columns in sizes("tables"):
        cells = {f"column {one}": [f"cell {row}" for row in range(rows)] for one in range(columns)}
        st.dataframe(pd.DataFrame(cells), hide_index=True)


def series(points: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "x": [place // LINES for place in range(points)],
            "y": [(place * 7919) % 97 for place in range(points)],
            "line": [f"line {place % LINES}" for place in range(points)],
        }
    )


places = [
    st.Page(page, title=f"Place {number}", url_path=f"place{number}", default=number == 0)
    for number in range(max(1, wanted("places")))
]
chosen = st.navigation(places)
st.set_page_config(page_title="Bare", page_icon=ICON, layout="wide")
st.logo(ICON, size="large")
chosen.run()
