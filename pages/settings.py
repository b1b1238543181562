"""Settings: what is in force, where each value came from, and how to change it."""

from __future__ import annotations

import streamlit as st

from pages.http.store import desk_settings
from pages.ui import data, settings_data
from pages.ui.components import heading
from pages.ui.settings_cards import (
    change_card,
    fingerprint_card,
    keys_card,
    values_card,
    versions_row,
)
from pages.ui.visitor import may_steer

state = data.now()
facts = data.desk(state)
settings, versions = desk_settings(facts), settings_data.versions(state)

heading(
    "Settings",
    "What this process read when it started, with the place of each value; keys are only said to be "
    "there or not.",
)
versions_row(settings, versions)

with st.container(border=True):
    values_card(settings_data.lines(settings, names_people=may_steer()))

left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    keys_card(settings_data.keys(settings))
with right:
    with st.container(border=True):
        fingerprint_card(settings.policy.fingerprint(), versions)
    with st.container(border=True, height="stretch"):
        change_card()
