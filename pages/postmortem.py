"""What became of a week, scored by code before anybody wrote of it; ``?week=2026-11-18`` opens it."""

from __future__ import annotations

import streamlit as st

from pages.ui import data, postmortem_data
from pages.ui.components import empty_desk, heading
from pages.ui.evidence import events_behind
from pages.ui.format import day, week
from pages.ui.places import link
from pages.ui.postmortem_cards import account_card, figures, not_yet, text_card, unscored
from pages.ui.postmortem_scores import exits_card, fired_card, indicators_card, theses_card
from pages.ui.postmortem_warnings import counter_card, warnings_card
from pages.ui.report_link import report_link
from pages.ui.week_picker import picked_week, unknown_week

state = data.now()
weeks = data.week_ids(state)
if not weeks:
    heading("Postmortem", "What became of a week: scored by code first, told afterwards.")
    empty_desk()
    st.stop()

title, picker = st.columns([3, 1], vertical_alignment="bottom")
with picker:
    chosen = picked_week(weeks, postmortem_data.newest(state))
detail = data.week(state, chosen) if chosen else None
if detail is None or chosen is None:
    unknown_week(weeks)
    st.stop()
report, labels = detail.postmortem, data.labels(state)
if report is None:
    with title:
        heading(f"Postmortem · {week(chosen)}", "What became of the week.")
    not_yet(detail)
    st.stop()
with title:
    status = "provisional, on the last close" if report.provisional else "final"
    heading(
        f"Postmortem · {week(chosen)}",
        f"{day(report.first_session)} to {day(report.last_session)} · {status} · scored by code from "
        "recorded prices, fills and reviews before any text was written",
    )
with st.container(horizontal=True, gap="small", vertical_alignment="center"):
    link("week", ":small[The week in full]", week=chosen)
    report_link(chosen)
    events_behind(week=chosen, type="PostmortemWritten")

figures(report)
text_card(report, postmortem_data.text(state, chosen), labels)
if report.scores is None:
    unscored()
else:
    theses_card(report, labels)
    counter_card(report, detail, labels)
    warnings_card(report, labels)
    exits_card(report, labels)
    left, right = st.columns([2, 1])
    with left.container(border=True, height="stretch"):
        indicators_card(report, labels)
    with right.container(border=True, height="stretch"):
        fired_card(report, labels)
account_card(report, labels)
