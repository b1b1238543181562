"""Asking for a job: the fields follow the kind, a refusal is one line, asking twice is harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from core.clock import in_new_york
from core.commands import JobKind, run_job
from core.job_kinds import PLANNED, STAGES, TAKES
from core.overrides import parse_overrides
from core.policy import DeskPolicy
from core.types import WeekId, week_of
from pages.http.store import open_reader
from pages.ui.commanding import CLOCK, answered, by, command
from pages.ui.components import card_title
from pages.ui.format import week, words
from pages.ui.job_overrides import override_fields
from storage.event_store import SqlEventStore
from storage.jobs import enqueue
from storage.queries import one_job

CARD = "ask"
ELSEWHERE = (JobKind.COUNCIL, JobKind.ASK, JobKind.CYCLE)
"""Questions and a trading cycle have pages of their own."""
KINDS: tuple[JobKind, ...] = tuple(kind for kind in JobKind if kind not in ELSEWHERE)
MEANS = {
    JobKind.WEEKLY: "the whole week, or what is left of it",
    JobKind.STAGE: "the week up to and with one stage",
    JobKind.RERUN: "a what-if from a stage on, under other settings; it never trades",
    JobKind.CHECKPOINT: "one checkpoint of a session",
    JobKind.POSTMORTEM: "compare the accounts over a week",
    JobKind.REPLAY: "the week again from recorded answers, every event compared",
    JobKind.SIMULATE: "past sessions by rules, in a store of their own",
    JobKind.REBUILD: "every read model anew from the events",
    JobKind.EXPORT: "a week as files",
    JobKind.DISCOVERY: "the equity strategy looks through the whole market now",
    JobKind.MEASURE: "what its suggestions brought and what the market was like, now",
}
PAST = (JobKind.RERUN, JobKind.POSTMORTEM, JobKind.REPLAY, JobKind.EXPORT)
"""Kinds for a week that has been run."""
FIRST = "pitch"
AWAITED = "awaited job"
"""Key and request of the job this session asked for last: a page may open what comes of it."""
A_QUARTER = timedelta(days=91)


@st.fragment
def job_form(weeks: Sequence[WeekId], policy: DeskPolicy) -> None:
    """``weeks`` newest first. Only this card is drawn anew while its fields are filled in."""
    card_title("Ask for a job", "asking twice for the same is harmless")
    kind = st.selectbox("Job", KINDS, format_func=lambda one: words(one).capitalize(), key="kind")
    st.caption(MEANS[kind])
    if kind in PAST and not weeks:
        st.markdown(":gray[No week has been run yet.]")
        return
    fields = _fields(kind, weeks, policy)
    overrides = override_fields(policy) if "overrides" in TAKES[kind].may_have else []
    note = st.text_input("Note", max_chars=400, placeholder="kept with the job", key="note")
    if st.button("Ask for it", type="primary", key="ask"):
        _ask(kind, {**fields, "note": note}, overrides, policy)
        st.rerun()  # the other cards show it as well
    answered(CARD)


@st.fragment
def rerun_form(week_id: WeekId, policy: DeskPolicy) -> None:
    """The same week from a stage on under other settings; its job is remembered as `AWAITED`."""
    card_title("Run it again", "a what-if from a stage on; it never trades")
    fields: dict[str, object] = {"week_id": week_id, "stage": _stage(JobKind.RERUN)}
    overrides = override_fields(policy)
    note = st.text_input("Note", max_chars=400, placeholder="kept with the job", key="note")
    if st.button("Run it again", type="primary", key="ask"):
        _ask(JobKind.RERUN, {**fields, "note": note}, overrides, policy)
        st.rerun()  # its progress is shown beside
    answered(CARD)


def _ask(
    kind: JobKind, fields: dict[str, object], overrides: list[str], policy: DeskPolicy
) -> None:
    def do(store: SqlEventStore) -> str:
        asked = run_job(
            kind, **fields, **({"overrides": parse_overrides(overrides)} if overrides else {})
        )
        known = one_job(open_reader(), asked.key)
        event = enqueue(store, asked, by(), CLOCK, policy)
        st.session_state[AWAITED] = (event.key, event.request)
        if known is not None and known.is_open and known.request == event.request:
            return f"{event.key} was asked for already and is {known.status}: nothing was added"
        return f"Asked for {event.key}"

    command(CARD, do)


def _fields(kind: JobKind, weeks: Sequence[WeekId], policy: DeskPolicy) -> dict[str, object]:
    takes = TAKES[kind]
    today = in_new_york(CLOCK.now()).date()
    fields: dict[str, object] = {}
    if "week_id" in takes.needs:
        fields["week_id"] = _known_week(weeks) if kind in PAST else _any_week(today)
    if "stage" in takes.needs:
        fields["stage"] = _stage(kind)
    if "session" in takes.needs:
        fields |= _checkpoint(today, policy)
    if "start" in takes.needs:
        fields |= _simulation(today)
    return fields


def _known_week(weeks: Sequence[WeekId]) -> WeekId | None:
    return st.selectbox("Week", weeks, format_func=week, key="known week")


def _any_week(today: date) -> WeekId:
    chosen = st.date_input("Any day of the week", today, key="week day", format="YYYY-MM-DD")
    return week_of(chosen)


def _stage(kind: JobKind) -> str | None:
    rerun = kind is JobKind.RERUN
    return st.selectbox(
        "First stage to run anew" if rerun else "Last stage to run",
        PLANNED if rerun else STAGES,
        format_func=words,
        index=PLANNED.index(FIRST) if rerun else 0,
        key="first stage" if rerun else "last stage",
    )


def _checkpoint(today: date, policy: DeskPolicy) -> dict[str, object]:
    left, right = st.columns(2)
    session = left.date_input("Session", today, key="session", format="YYYY-MM-DD")
    times = [f"{wall:%H:%M}" for wall in policy.schedule.checkpoints]
    return {"session": session, "time": right.selectbox("New York time", times, key="time")}


def _simulation(today: date) -> dict[str, object]:
    left, middle, right = st.columns(3)
    start = left.date_input("First day", today - A_QUARTER, key="start", format="YYYY-MM-DD")
    end = middle.date_input("Last day", today - timedelta(days=1), key="end", format="YYYY-MM-DD")
    seed = right.number_input("Seed", 0, 2**31 - 1, 7, key="seed")
    return {"start": start, "end": end, "seed": int(seed)}
