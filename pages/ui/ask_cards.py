"""A question over the log and what came of it: how far it is, the answer, the events, the looks."""

from __future__ import annotations

import streamlit as st

from core.commands import RunJob
from core.desk.job_state import JobStatus
from core.profile import RULES_VENDOR
from core.schemas.question import Finding, LogAnswer, Look
from pages.ui.ask_data import Inquiry
from pages.ui.ask_form import ask_again, go_on
from pages.ui.card_head import card_head
from pages.ui.components import card_title
from pages.ui.evidence import AUDIT
from pages.ui.format import dollars, moment, words
from pages.ui.jobs_card import cancel_now
from pages.ui.places import link
from pages.ui.safe import clipped, safe
from pages.ui.visitor import may_steer
from storage.leases import Leader
from storage.queries import JobLine

SHOWN, SAYS = 6_000, 260


def question_head(inquiry: Inquiry) -> None:
    """The question, when it was asked and what it cost, and the button that asks it once more."""
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="top")
        with left:
            if inquiry.said is None:
                card_title("Question", "nobody works on it yet")
            else:
                stream = f"conversation/{inquiry.said.conversation_id}"
                card_head("Question", _about(inquiry), stream=stream)
            st.markdown(safe(clipped(inquiry.question, SHOWN)))
        if inquiry.answered and may_steer():
            args = (inquiry.question,)
            right.button("Ask again", on_click=ask_again, args=args, width="stretch")


def progress_card(inquiry: Inquiry, leader: Leader | None) -> None:
    """What the job is at, or why there is no answer; nothing once there is one."""
    job = inquiry.job
    if job is None or inquiry.answered or job.status is JobStatus.DONE:
        return
    if not job.is_open:
        _ended_badly(job)
        return
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        calls = f"{inquiry.use.calls} calls, {inquiry.use.tokens:,} tokens so far"
        step = safe(words(job.step)) if job.step else "waits for the scheduler"
        left.progress(min(max(job.share, 0.0), 1.0), text=f"{step} · {calls}")
        if may_steer():
            right.button("Cancel", on_click=cancel_now, args=(job.key,), width="stretch")
        if job.again_at is not None:
            st.caption(f"Again at {moment(job.again_at)}: {safe(clipped(job.detail, 300))}")
        if leader is None or not leader.alive:
            st.markdown(":orange-badge[nobody leads] It is answered as soon as `cli.py up` runs.")


def answer_card(said: LogAnswer) -> None:
    """The answer in its author's words, under its name."""
    with st.container(border=True):
        turns = f" · {said.turns} turns" if said.turns else ""
        card_title("Answer", f"by {safe(said.by)}{turns}")
        if said.by.startswith(f"{RULES_VENDOR}/"):
            st.badge("rules, a plain search: no language model spoke", color="gray")
        if said.fell_back:
            st.markdown(f":orange-badge[no model's answer] {safe(clipped(said.fell_back, 300))}")
        for line in clipped(said.text, SHOWN).splitlines():
            shown = line.removeprefix("- ")
            if shown.strip():
                st.markdown(f"- {safe(shown)}" if line.startswith("- ") else safe(shown))


def cited_card(cites: tuple[Finding, ...]) -> None:
    """Every event the answer rests on, each a link to the whole of it."""
    with st.container(border=True):
        card_title("Events cited", "each was found in the log · New York time")
        if not cites:
            st.markdown(":gray[The answer rests on no event.]")
        for one in cites:
            with st.container(gap=None):
                label = f"**{safe(words(one.type))}** · {moment(one.at)} · {safe(one.stream)}"
                link(AUDIT, label, event=one.event_id)
                st.caption(safe(clipped(one.says, SAYS)))


def looks_card(looks: tuple[Look, ...]) -> None:
    """What was looked up, in order, and how much it gave."""
    with st.container(border=True):
        card_title("Looked up", "read-only, in this order")
        if not looks:
            st.markdown(":gray[Nothing was looked up.]")
        for one in looks:
            lines = f", {_counted(one.lines, 'line')} of figures" if one.lines else ""
            more = ", more not shown" if one.more else ""
            told = f"{_counted(one.found, 'event')}{lines}{more}"
            st.markdown(f"{safe(one.request.told)}  \n:gray[:small[{told}]]")


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _about(inquiry: Inquiry) -> str:
    assert inquiry.said is not None  # by its caller
    use = inquiry.use
    if not use.calls:
        return f"{moment(inquiry.said.asked_at)} · no call of a model"
    spent = f"{dollars(use.cost_usd, 4)}, {use.tokens:,} tokens"
    return f"{moment(inquiry.said.asked_at)} · {_counted(use.calls, 'call')}, {spent}"


def _ended_badly(job: JobLine) -> None:
    st.error(
        f"{words(job.status).capitalize()}: {safe(clipped(job.detail or 'no reason given', 400))}"
    )
    if may_steer():
        st.button("Go on with it", on_click=go_on, args=(RunJob.model_validate(job.command),))
