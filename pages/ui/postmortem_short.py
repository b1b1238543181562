"""A postmortem in one row, for the page of its week."""

from __future__ import annotations

import streamlit as st

from core.rules import postmortem_tally as tally
from core.rules.postmortem_tally import Tally
from core.schemas.postmortem import Postmortem
from pages.ui.card_head import card_head
from pages.ui.format import UNKNOWN, day, points, signed_percent
from pages.ui.places import link


def postmortem_short(report: Postmortem) -> None:
    """What the scores came to; the postmortem's page has them one by one."""
    with st.container(border=True):
        status = "provisional, on the last close" if report.provisional else "final"
        card_head(
            "What became of it",
            f"{day(report.first_session)} to {day(report.last_session)} · {status}",
            week=report.week_id,
            type="PostmortemWritten",
        )
        with st.grid(4, min_column_width=170, gap="small") as grid:
            for name, said in _told(report).items():
                with grid.cell():
                    st.markdown(f":gray[{name}]  \n{said}")
        link("postmortem", "The whole postmortem", week=report.week_id)


def _told(report: Postmortem) -> dict[str, str]:
    council, mean, scores = report.council_return, report.mean_pm_return, report.scores
    ahead = "" if council is None or mean is None else f", {points(council - mean)} vs its members"
    told = {"Council's week": f"{signed_percent(council, 2)}{ahead}"}
    if scores is not None:
        told["Theses right"] = _count(tally.theses(scores), "took no side")
        told["Counter-arguments true"] = _count(tally.counters_met(scores), "undecided")
        told["Warnings confirmed"] = _count(tally.warnings(scores), "undecided")
    return told


def _count(found: Tally, rest: str) -> str:
    value = f"{found.yes} of {found.decided}" if found.decided else UNKNOWN
    return f"{value}, {found.undecided} {rest}" if found.undecided else value
