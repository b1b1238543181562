"""What a person asks of a strategy at once, with its progress; the schedule does the same by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.commands import JobKind, run_job
from core.desk.job_state import JobStatus
from core.errors import CouncilError
from pages.ui import data, ops_data
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command
from pages.ui.components import problem
from pages.ui.data import StoreState
from pages.ui.format import short_moment
from pages.ui.jobs_card import CARD, open_job
from pages.ui.keeping import kept
from pages.ui.safe import clipped, safe
from pages.ui.visitor import may_steer
from storage.event_store import SqlEventStore
from storage.jobs import enqueue
from storage.queries import JobLine, open_jobs, recent_jobs

QUICK_S, SLOW_S = 1.0, 10.0
LOOKED_BACK = 40
COLOURS = {JobStatus.DONE: "green", JobStatus.FAILED: "red"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Jobs of some kinds: those that are open, and of each kind the one that ended last."""

    open: tuple[JobLine, ...]
    ended: tuple[JobLine, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: the job it asks for, what it says, and what that means."""

    kind: JobKind
    label: str
    told: str


@kept
def asked_of(state: StoreState, kinds: tuple[JobKind, ...]) -> Asked:
    lately = recent_jobs(state.reader, LOOKED_BACK)
    ended = (one for kind in kinds for one in _newest(lately, kind))
    return Asked(
        open=tuple(one for one in open_jobs(state.reader) if one.kind in kinds),
        ended=tuple(ended),
    )


def _newest(lately: Sequence[JobLine], kind: JobKind) -> tuple[JobLine, ...]:
    ended = [one for one in lately if one.kind is kind and not one.is_open]
    return tuple(ended[:1])


def strategy_jobs_card(title: str, note: str, offers: tuple[Offer, ...]) -> None:
    """Nothing for a visitor who may not ask while nothing was asked."""
    kinds = tuple(one.kind for one in offers)
    asked = asked_of(data.now(), kinds)
    if not (may_steer() or asked.open or asked.ended):
        return
    with st.container(border=True):
        card_head(title, note, stream="job/")
        if may_steer():
            with st.container(horizontal=True, gap="small"):
                for offer in offers:
                    _button(offer, asked)
        answered(CARD)
        asked_jobs(kinds)


def asked_jobs(kinds: tuple[JobKind, ...]) -> None:
    """What was asked for, with its progress; what begins or ends changes the other cards as well."""
    first = asked_of(data.now(), kinds)

    @st.fragment(run_every=QUICK_S if first.open else SLOW_S)
    def watched() -> None:
        try:
            seen = asked_of(data.now(), kinds)
            if (len(seen.open), seen.ended) != (len(first.open), first.ended):
                st.rerun()
            _jobs(seen)
        except CouncilError as error:
            problem(error)

    watched()


def _button(offer: Offer, asked: Asked) -> None:
    st.button(
        offer.label,
        key=f"now {offer.kind}",
        help=offer.told,
        disabled=any(one.kind is offer.kind for one in asked.open),
        on_click=_ask,
        args=(offer.kind,),
    )


def _ask(kind: JobKind) -> None:
    def do(store: SqlEventStore) -> str:
        return f"Asked for {enqueue(store, run_job(kind), by(), CLOCK).key}"

    command(CARD, do)


def _jobs(asked: Asked) -> None:
    for job in asked.open:
        open_job(job)
    leader = ops_data.leader(data.now()) if asked.open else None
    if asked.open and (leader is None or not leader.alive):
        st.markdown(":orange-badge[nobody leads] It begins as soon as `cli.py up` runs.")
    for job in asked.ended:
        when = short_moment(job.finished_at or job.requested_at)
        colour = COLOURS.get(job.status, "gray")
        told = safe(clipped(job.detail, 300))
        st.markdown(
            f":{colour}-badge[{job.status}] :small[{safe(job.key)}, {when}] :gray[:small[{told}]]"
        )
