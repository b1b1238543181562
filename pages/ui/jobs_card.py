"""Jobs as they stand: what is under way with its progress and a way to stop it, what ended lately."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from orjson import dumps

from core.commands import cancel_job
from core.desk.job_state import JobStatus
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command
from pages.ui.format import short_moment, span, words
from pages.ui.ops_data import Work
from pages.ui.rows import as_table
from pages.ui.safe import cell, clipped, safe
from pages.ui.visitor import may_steer
from storage.event_store import SqlEventStore
from storage.jobs import cancel_job as cancel
from storage.queries import JobLine

CARD = "jobs"
COLOURS = {JobStatus.CANCELLING: "orange", JobStatus.RUNNING: "blue", JobStatus.CLAIMED: "blue"}


def jobs_card(work: Work) -> None:
    """Drawn anew while it is looked at; times are New York's."""
    card_head("Jobs", "asked for by people; the schedule's own runs are below", stream="job/")
    answered(CARD)
    if not work.open:
        st.markdown(":gray[No job is open.]")
    for job in work.open:
        open_job(job)
    if work.recent:
        _recent(work.recent)


def open_job(job: JobLine, used: str = "") -> None:
    """One job with its progress and the button that stops it; ``used`` is said beside its step."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        with left:
            st.markdown(f"**{safe(job.key)}**  \n:gray[:small[{_about(job)}]]")
        if may_steer():
            right.button(
                "Cancel",
                key=f"cancel {job.key} {job.request}",
                on_click=cancel_now,
                args=(job.key,),
                disabled=job.status is JobStatus.CANCELLING,
                width="stretch",
            )
        st.progress(min(max(job.share, 0.0), 1.0), text=_step(job) + used)


def _about(job: JobLine) -> str:
    parts = [
        str(job.status),
        f"asked by {safe(job.requested_by)} at {short_moment(job.requested_at)}",
    ]
    if job.attempt > 1:
        parts.append(f"attempt {job.attempt}")
    if job.again_at is not None:
        parts.append(f"again at {short_moment(job.again_at)}: {safe(clipped(job.detail, 160))}")
    return " · ".join(parts)


def _step(job: JobLine) -> str:
    if not job.total:
        return "waits for the scheduler" if job.claimed_at is None else "begins"
    told = f": {clipped(job.told, 120)}" if job.told else ""
    return f"{job.done} of {job.total} · {safe(words(job.step))}{safe(told)}"


def cancel_now(key: str) -> None:
    """At once when nobody has begun it, else at its next stage boundary."""

    def do(store: SqlEventStore) -> str:
        state = cancel(store, cancel_job(key), by(), CLOCK)
        return f"{key}: {state.status}"

    command(CARD, do)


def _recent(jobs: Sequence[JobLine]) -> None:
    st.dataframe(
        as_table(
            [
                {
                    "job": cell(job.key),
                    "outcome": str(job.status),
                    "what came of it": cell(job.detail),
                    "took": _took(job),
                    "asked": short_moment(job.requested_at),
                    "by": cell(job.requested_by),
                    "result": cell(dumps(dict(job.result)).decode()) if job.result else "",
                }
                for job in jobs
            ]
        ),
        hide_index=True,
        height="content",
        alt="Jobs that ended, newest first",
    )


def _took(job: JobLine) -> str:
    if job.claimed_at is None or job.finished_at is None:
        return ""
    return span((job.finished_at - job.claimed_at).total_seconds())
