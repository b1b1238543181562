"""A question under way: its words, how far it is, what it has used, how to stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from core.commands import RunJob
from core.desk.job_state import JobStatus
from core.errors import CouncilError
from pages.ui import data, ops_data
from pages.ui.card_head import card_head
from pages.ui.components import card_title, problem
from pages.ui.data import StoreState
from pages.ui.format import counted, dollars, moment, words
from pages.ui.jobs_card import cancel_now
from pages.ui.question_data import Inquiry, S
from pages.ui.question_form import Addressee, ask_again, go_on
from pages.ui.safe import clipped, safe
from pages.ui.visitor import may_steer
from storage.event_store import SqlEventStore
from storage.leases import Leader
from storage.queries import JobLine

SHOWN = 4_000
QUICK_S = 1.0  # between two looks while a question is being answered


def question_head(
    of: Addressee, inquiry: Inquiry[S], again: Callable[[SqlEventStore], RunJob]
) -> None:
    """The question, when it was asked and what it cost, and the button that asks it once more."""
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="top")
        with left:
            if inquiry.said is None:
                card_title("Question", "nobody works on it yet")
            else:
                stream = f"conversation/{inquiry.said.conversation_id}"
                card_head("Question", _about(inquiry.said.asked_at, inquiry), stream=stream)
            st.text(clipped(inquiry.question, SHOWN))
        if inquiry.said is not None and not inquiry.under_way and may_steer():
            right.button("Ask again", on_click=ask_again, args=(of, again), width="stretch")


def _about(asked_at: datetime, inquiry: Inquiry[S]) -> str:
    use = inquiry.use
    if not use.calls:
        return f"{moment(asked_at)} · no call of a model"
    spent = f"{dollars(use.cost_usd, 4)}, {use.tokens:,} tokens" if use.tokens else "no tokens"
    return f"{moment(asked_at)} · {counted(use.calls, 'call')}, {spent}"


def progress(
    of: Addressee, shown: Inquiry[S], find: Callable[[StoreState, str], Inquiry[S]], identity: str
) -> None:
    """How far it is, looked at again and again; what it came to is drawn by the page itself."""
    if not shown.under_way:
        _progress_card(of, shown, None)
        return

    @st.fragment(run_every=QUICK_S)
    def watched() -> None:
        try:
            newest = find(data.now(), identity)
        except CouncilError as error:
            problem(error)
            return
        if newest.stage != shown.stage:
            st.rerun()
        _progress_card(of, newest, ops_data.leader(data.now()))

    watched()


def _progress_card(of: Addressee, inquiry: Inquiry[S], leader: Leader | None) -> None:
    """What the job is at, or why there is no answer; nothing once there is one."""
    job = inquiry.job
    if job is None or inquiry.answered or job.status is JobStatus.DONE:
        return
    if not job.is_open:
        _ended_badly(of, job, inquiry)
        return
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.progress(min(max(job.share, 0.0), 1.0), text=f"{_step(job)} · {_used(inquiry)}")
        if may_steer():
            right.button(
                "Cancel",
                on_click=cancel_now,
                args=(job.key,),
                disabled=job.status is JobStatus.CANCELLING,
                width="stretch",
            )
        if job.again_at is not None:
            st.caption(f"Again at {moment(job.again_at)}: {safe(clipped(job.detail, 300))}")
        if leader is None or not leader.alive:
            st.markdown(":orange-badge[nobody leads] It is answered as soon as `cli.py up` runs.")


def _step(job: JobLine) -> str:
    step = safe(words(job.step)) if job.step else "waits for the scheduler"
    return f"{job.done} of {job.total} · {step}" if job.total else step


def _used(inquiry: Inquiry[S]) -> str:
    return f"{counted(inquiry.use.calls, 'call')}, {inquiry.use.tokens:,} tokens so far"


def _ended_badly(of: Addressee, job: JobLine, inquiry: Inquiry[S]) -> None:
    """Why there is no answer; what was said before it stopped is not asked for again."""
    why = job.detail or (inquiry.said.failed if inquiry.said is not None else None)
    told = safe(clipped(why or "no reason given", 400))
    st.error(f"{words(job.status).capitalize()}: {told}")
    if may_steer():
        wanted = RunJob.model_validate(job.command)
        st.button("Go on with it", on_click=go_on, args=(of, wanted))
