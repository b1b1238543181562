"""Operations: who works, what comes and how it went, and every word a person can say to the desk."""

from __future__ import annotations

import streamlit as st

from core.errors import CouncilError
from core.types import StoreKind
from pages.ui import data, ops_data, providers_data, share_data
from pages.ui.alerts_card import alerts_card
from pages.ui.approval_card import approval_card, is_topical
from pages.ui.breaker_card import breaker_card
from pages.ui.broker_card import broker_card
from pages.ui.components import heading, problem
from pages.ui.job_form import job_form
from pages.ui.jobs_card import jobs_card
from pages.ui.ops_data import Control, Work
from pages.ui.provider_cards import providers_section
from pages.ui.shares_card import shares_card
from pages.ui.signs_row import signs_row, warnings
from pages.ui.slots_cards import coming_card, ended_card
from pages.ui.switch_card import switch_card
from pages.ui.visitor import may_steer

NOW, PROVIDERS, BROKER = "Now", "Providers and cost", "Broker"
SECTIONS = [NOW, PROVIDERS, BROKER]
QUICK_S, SLOW_S = 2.0, 15.0  # between two looks, while a job is open and while none is

state = data.now()
facts, labels = data.desk(state), data.labels(state)
work, control = ops_data.work(state), ops_data.control(state)
first = [state]  # the look that comes with the page itself; those after it see what is new
every = QUICK_S if work.open else SLOW_S

heading(
    "Operations", "Who works, what comes next and how it went; every button is kept as an event."
)


def watched(seen: Work, said: Control) -> tuple[object, ...]:
    """What the cards outside the polled ones show: when it changes, the page is drawn anew."""
    return bool(seen.open), seen.pause, seen.ended, said


@st.fragment(run_every=every)
def signs() -> None:
    """The row of signs, looked at again and again."""
    try:
        newest = first.pop() if first else data.now()
        seen, said = ops_data.work(newest), ops_data.control(newest)
        leader, ahead = ops_data.leader(newest), ops_data.coming(newest, ops_data.now())
    except CouncilError as error:
        problem(error)
        return
    if watched(seen, said) != watched(work, control):
        st.rerun()
    signs_row(seen, said, leader, next(iter(ahead), None))
    warnings(seen, leader, facts)


@st.fragment(run_every=every)
def jobs() -> None:
    """Progress of what is open."""
    try:
        jobs_card(ops_data.work(data.now()))
    except CouncilError as error:
        problem(error)


signs()
section = st.segmented_control(
    "Section",
    SECTIONS,
    default=NOW,
    key="show",
    required=True,
    bind="query-params",
    label_visibility="collapsed",
)
if section == PROVIDERS:
    providers_section(state)
    st.stop()
if section == BROKER:
    with st.container(border=True):
        broker_card(providers_data.custodies(state))
    st.stop()

proposal = control.proposal
if proposal is not None and is_topical(proposal, ops_data.now()):
    with st.container(border=True):
        approval_card(proposal, labels)

left, right = st.columns([3, 2])
with left:
    with st.container(border=True, height="stretch"):
        jobs()
    if may_steer():
        with st.container(border=True):
            switch_card(control.stop)
with right.container(border=True, height="stretch"):
    if may_steer():
        job_form(list(data.week_ids(state)), ops_data.policy(state))
    else:
        switch_card(control.stop)

left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    coming_card(ops_data.coming(state, ops_data.now()), work.pause, ops_data.now())
with right.container(border=True, height="stretch"):
    ended_card(work, lived=facts is None or facts.kind is StoreKind.REAL)

with st.container(border=True):
    breaker_card(control.scopes, ops_data.policy(state).breaker, labels)
with st.container(border=True):
    alerts_card(control.alerts)
if may_steer():
    with st.container(border=True):
        shares_card(share_data.links(state), data.week_ids(state))
