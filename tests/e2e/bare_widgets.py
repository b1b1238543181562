"""Streamlit's own widgets and nothing of ours: what they fail by themselves is not the pages' to mend."""

from __future__ import annotations

import streamlit as st

st.title("Bare")
st.caption("a caption")
st.metric("A metric", 1, 2, chart_data=[1, 2, 3], delta_description="since then", border=True)
st.segmented_control("Segments", ["one", "two"], default="one")
st.pills("Pills", ["one", "two"], default="one")
st.code("\n".join(f"line {number}" for number in range(60)), language=None, height=200)
st.dataframe({"a": [1, 2], "b": ["x", "y"]})
st.selectbox("Choice", ["one", "two"])
