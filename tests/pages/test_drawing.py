"""Charts are made once for what they are made of, and sent as they were."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.ui.specification import specification

TWICE = """
from pages.ui.drawing import draw_kept
from tests.pages.test_drawing import bars

draw_kept(bars, 3, "green", alt="three")
draw_kept(bars, 4, "green", alt="four")
"""
made: list[tuple[int, str]] = []


def bars(count: int, colour: str) -> alt.Chart:
    made.append((count, colour))
    frame = pd.DataFrame({"at": range(count)}, index=range(10, 10 + count))
    return alt.Chart(frame).mark_bar(color=colour).encode(x="at:Q")


@pytest.fixture(autouse=True)
def _nothing_made():
    st.cache_resource.clear()
    made.clear()


def drawn(app):
    return [one.proto for one in app.get("vega_lite_chart")]


def test_a_chart_is_made_once_for_its_arguments_and_drawn_at_every_run():
    app = AppTest.from_string(TWICE).run()
    before = [one.SerializeToString() for one in drawn(app)]
    app.run()
    assert not app.exception
    assert made == [(3, "green"), (4, "green")]
    assert [one.SerializeToString() for one in drawn(app)] == before
    assert [one.alt for one in drawn(app)] == ["three", "four"]


def test_another_argument_makes_another_chart():
    app = AppTest.from_string(TWICE.replace('3, "green"', '3, "red"')).run()
    assert made[0] == (3, "red")
    assert json.loads(drawn(app)[0].spec)["mark"]["color"] == "red"


def test_a_specification_names_its_tables_by_what_they_hold():
    same, again, other = (specification(bars(count, "green")) for count in (3, 3, 4))
    assert same["data"] == again["data"] != other["data"]
    assert list(same["datasets"]) == [same["data"]["name"]]
    [table] = same["datasets"].values()
    assert table.to_pydict() == {"at": [0, 1, 2]}, "the frame's index is no column of the chart"


def test_layers_over_one_frame_send_it_once():
    frame = pd.DataFrame({"at": [1.0, 2.0]})
    base = alt.Chart(frame).encode(x="at:Q")
    found = specification(alt.layer(base.mark_point(), base.mark_rule()))
    assert len(found["datasets"]) == 1
    assert "config" not in found, "a theme of Altair's would lie over Streamlit's"


def test_a_chart_that_is_no_vega_lite_is_refused_where_charts_are_checked():
    chart = alt.Chart(pd.DataFrame({"at": [1]})).mark_bar().encode(x="at:Q")
    chart.encoding.x.scale = {"domain": "everything"}
    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        specification(chart)
