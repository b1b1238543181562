"""A question under way: its words, how far it is, what it has used, how to stop it."""

from __future__ import annotations

import streamlit as st

from core.commands import RunJob
from core.desk.job_state import JobStatus
from pages.ui.card_head import card_head
from pages.ui.chat_ask import ask_again, go_on
from pages.ui.chat_data import Talk
from pages.ui.components import card_title
from pages.ui.format import dollars, moment, words
from pages.ui.jobs_card import cancel_now
from pages.ui.safe import clipped, safe
from pages.ui.visitor import may_steer
from storage.leases import Leader
from storage.queries import JobLine

SHOWN = 4_000


def question_head(talk: Talk) -> None:
    """The question itself, who was asked and when, and the button that asks it once more."""
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="top")
        with left:
            if talk.said is None:
                card_title("Question", _about(talk))
            else:
                stream = f"conversation/{talk.said.conversation_id}"
                card_head("Question", _about(talk), stream=stream)
            st.text(clipped(talk.question, SHOWN))
        if talk.said is not None and not talk.open and may_steer():
            models = tuple(dict.fromkeys(talk.said.models))
            args = (talk.said.question, models)
            right.button("Ask again", on_click=ask_again, args=args, width="stretch")


def _about(talk: Talk) -> str:
    if talk.said is None:
        return "nobody works on it yet"
    use = talk.use
    spent = f"{dollars(use.cost_usd, 4)}, {use.tokens:,} tokens" if use.tokens else "no tokens"
    calls = "1 call" if use.calls == 1 else f"{use.calls} calls"
    return f"{moment(talk.said.asked_at)} · {calls}, {spent}"


def progress_card(talk: Talk, leader: Leader | None) -> None:
    """What the job is at, or why there is no end; nothing once it is concluded."""
    job = talk.job
    if job is None or job.status is JobStatus.DONE:
        return
    if not job.is_open:
        _ended_badly(job, talk)
        return
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        stage = safe(words(job.step)) if job.step else "waits for the scheduler"
        told = f"{job.done} of {job.total} · {stage}" if job.total else stage
        left.progress(min(max(job.share, 0.0), 1.0), text=f"{told} · {_used(talk)}")
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


def _ended_badly(job: JobLine, talk: Talk) -> None:
    """Why there is no conclusion; what was answered before it stopped is not asked for again."""
    why = job.detail or (talk.said.failed if talk.said is not None else None) or "no reason given"
    st.error(f"{words(job.status).capitalize()}: {safe(clipped(why, 400))}")
    if may_steer():
        st.button("Go on with it", on_click=go_on, args=(RunJob.model_validate(job.command),))


def _used(talk: Talk) -> str:
    return f"{talk.use.calls} calls, {talk.use.tokens:,} tokens so far"
