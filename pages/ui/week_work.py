"""Work on a week while it goes on: progress and use so far, how to stop it, and what it came to."""

from __future__ import annotations

import streamlit as st

from core.commands import JobKind
from core.types import WeekId
from pages.ui import data, runs_data
from pages.ui.commanding import answered
from pages.ui.components import card_title
from pages.ui.format import dollars, short_moment, words
from pages.ui.job_form import AWAITED
from pages.ui.jobs_card import CARD, open_job
from pages.ui.places import link
from pages.ui.runs_data import WeekWork, made_by
from pages.ui.safe import clipped, safe
from storage.leases import Leader
from storage.queries import JobLine, one_job
from storage.queries.usage import Use

LISTED = 4


def work_card(work: WeekWork, official: str, leader: Leader | None) -> None:
    """Drawn anew while it is looked at."""
    card_title("Under way", "what is asked for this week, and its newest what-ifs")
    answered(CARD)
    if not work.open:
        st.markdown(":gray[Nothing is under way.]")
    for job, use in work.open:
        open_job(job, f" · {used(use)}")
    if work.open and (leader is None or not leader.alive):
        st.markdown(":orange-badge[nobody leads] It begins as soon as `cli.py up` runs.")
    for job in work.ended[:LISTED]:
        _ended(job, official)


def used(use: Use) -> str:
    calls = "1 call" if use.calls == 1 else f"{use.calls} calls"
    spent = f", {use.tokens:,} tokens, {dollars(use.cost_usd, 4)}" if use.tokens else ", no tokens"
    return f"{calls}{spent} so far"


def _ended(job: JobLine, official: str) -> None:
    stage = words(str(job.command.get("stage") or ""))
    when = short_moment(job.finished_at or job.requested_at)
    made = made_by(job)
    if made is None:
        why = safe(clipped(job.detail, 200))
        st.markdown(f":orange-badge[{job.status}] from {safe(stage)}, {when}: {why}")
    else:
        week = str(job.week_id)
        label = f"Compare the what-if from {safe(stage)}, {when}"
        link("runs", label, week=week, a=official, b=made)


def open_when_done(week_id: WeekId, official: str) -> None:
    """Once what this session asked for is done, show it beside the official run."""
    awaited = st.session_state.get(AWAITED)
    if awaited is None:
        return
    job = one_job(data.now().reader, *awaited)
    if job is None or job.is_open or job.week_id != week_id:
        return
    del st.session_state[AWAITED]
    made = made_by(job)
    if made is not None and job.kind is JobKind.RERUN:
        st.query_params.update({"week": str(week_id), "a": official, "b": made})
        st.rerun()


def newest(week_id: WeekId) -> WeekWork:
    return runs_data.work(data.now(), week_id)
