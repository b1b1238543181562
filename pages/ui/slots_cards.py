"""The schedule: what comes, how the last slots ended, and a pause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.format import short_moment, span, words
from pages.ui.ops_data import ENDED, Work
from pages.ui.rows import as_table
from pages.ui.safe import cell
from pages.ui.visitor import may_steer
from storage.control import pause_scheduler, resume_scheduler
from storage.event_store import SqlEventStore
from storage.queries.schedule import ComingSlot, EndedSlot, Pause

CARD, REASON = "schedule", "pause reason"
LATE_S = 60.0


def coming_card(slots: Sequence[ComingSlot], stop: Pause | None, now: datetime) -> None:
    card_head("What comes", "times are New York's", type="SlotsPlanned")
    if slots:
        st.dataframe(
            as_table([_coming(slot, now) for slot in slots], "tried"),
            hide_index=True,
            height="content",
            alt="Slots that come next",
        )
    else:
        st.markdown(":gray[Nothing is planned: the scheduler plans a week ahead once it leads.]")
    answered(CARD)
    if may_steer():
        _pause(stop)


def ended_card(work: Work, *, lived: bool) -> None:
    """Failed and missed first; ``lived`` is False for play, whose slots ended long after their time."""
    card_head("How the last ones ended", "failed and missed first", stream="system/slots")
    shown = [*work.troubles, *(slot for slot in work.ended if slot not in work.troubles)][:ENDED]
    if not shown:
        st.markdown(":gray[No slot has ended yet.]")
        return
    st.dataframe(
        as_table([_ended(slot, lived=lived) for slot in shown], "late", "why"),
        hide_index=True,
        height="content",
        alt="Slots that ended, failed and missed first",
    )


def without_empty(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame without those of these columns in which nothing is said."""
    return frame.drop(columns=[name for name in columns if not frame[name].astype(bool).any()])


def _coming(slot: ComingSlot, now: datetime) -> dict[str, object]:
    wait = (slot.at - now).total_seconds()
    tried = f"tried {slot.attempts}×: {slot.tried}" if slot.attempts else ""
    return {
        "when": short_moment(slot.at),
        "in": span(wait) if wait > 0 else f"due for {span(-wait)}",
        "slot": slot_name(slot.slot),
        "tried": cell(tried),
    }


def _ended(slot: EndedSlot, *, lived: bool) -> dict[str, object]:
    return {
        "when": short_moment(slot.at),
        "slot": slot_name(slot.slot),
        "result": str(slot.outcome),
        "late": span(slot.late_s) if lived and slot.late_s >= LATE_S else "",
        "why": cell(slot.detail),
    }


def slot_name(slot: str) -> str:
    """``checkpoint/2026-11-18/12:00`` as ``checkpoint 12:00``: its day stands beside it.

    A strategy's, ``cycle/equity_cycle/2026-11-18/11:00``, has the strategy's name as well.
    """
    job, *between, label = slot.split("/")
    if not between:
        return words(job)
    strategy = f" · {words(between[0])}" if len(between) > 1 else ""
    return f"{words(job)} {label}{strategy}"


def _pause(stop: Pause | None) -> None:
    if stop is not None:
        st.button("Resume", type="primary", on_click=_resume_now)
        return
    with st.popover("Pause the scheduler"):
        st.markdown("No slot and no job begins; what is under way goes on.")
        st.text_input("Reason", max_chars=400, key=REASON)
        st.button("Pause", key="pause now", on_click=_pause_now)


def _pause_now() -> None:
    def do(store: SqlEventStore) -> str:
        pause_scheduler(store, typed(REASON), by(), CLOCK)
        return "Paused: nothing more begins"

    command(CARD, do, REASON)


def _resume_now() -> None:
    def do(store: SqlEventStore) -> str:
        resume_scheduler(store, by(), CLOCK)
        return "The scheduler works again"

    command(CARD, do)
