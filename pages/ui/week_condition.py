"""A week in three answers: what happened, what happens next, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.schemas.order import OrderStatus
from core.schemas.research import PackStatus
from core.types import AccountId, StoreKind, WeekId
from pages.ui.card_head import card_head
from pages.ui.components import bullet_lines
from pages.ui.format import moment, short_moment, signed_percent, week, words
from pages.ui.places import link
from pages.ui.report_link import report_link
from pages.ui.safe import safe
from pages.ui.sentences import decision_sentence
from pages.ui.timeline_card import who_failed
from pages.ui.week_data import WeekBoard
from storage.queries import AccountLabel, DeskFacts, RunStatus
from storage.queries.schedule import ComingSlot

Labels = Mapping[AccountId, AccountLabel]
NOT_DONE = (OrderStatus.REFUSED, OrderStatus.CANCELLED)


def answers_card(board: WeekBoard, next_line: str, troubles: Sequence[str]) -> None:
    """Three short columns, so that nobody has to read the page to know how the week stands."""
    summary = board.detail.summary
    with st.container(border=True):
        card_head("The week in short", week=summary.week_id)
        with st.grid(3, min_column_width=220, gap="medium") as grid:
            with grid.cell():
                st.markdown(f":gray[What was decided]  \n{decision_sentence(summary)}")
                if result := _result(board):
                    st.markdown(result)
            with grid.cell():
                st.markdown(f":gray[What happens next]  \n{next_line}")
            with grid.cell():
                count = len(troubles)
                head = "Nothing." if not count else f"{count} thing{'s' * (count != 1)}:"
                st.markdown(f":gray[What went wrong]  \n{head}")
                if troubles:
                    bullet_lines(troubles)


def _result(board: WeekBoard) -> str:
    report = board.detail.postmortem
    if report is None or report.council_return is None:
        return ""
    so_far = " so far" if report.provisional else ""
    return f"The council made {signed_percent(report.council_return, 2)}{so_far}."


def what_next(
    board: WeekBoard, facts: DeskFacts | None, newest: WeekId, ahead: Sequence[ComingSlot]
) -> str:
    """What the week still waits for, in one sentence of Markdown."""
    summary, proposal = board.detail.summary, board.proposal
    if summary.closed:
        return "Nothing: the final postmortem is in, the week will not change any more."
    if proposal is not None and proposal.pending and proposal.superseded_by is None:
        return (
            f"{len(proposal.pending)} accounts wait for a word until "
            f"{short_moment(proposal.expires_at)} ET."
        )
    if summary.week_id != newest:
        return f"Its last exits and the final postmortem; the week of {week(newest)} has begun."
    if facts is not None and facts.kind is not StoreKind.REAL:
        return "Nothing more: this desk is played, and its record ends in this week."
    if summary.status == RunStatus.FAILED:
        return "The run goes on from where it failed when it is asked for again."
    return _slot(ahead)


def _slot(ahead: Sequence[ComingSlot]) -> str:
    if not ahead:
        return "Nothing is planned: the scheduler plans a week ahead once it leads."
    first = ahead[0]
    return f"{safe(words(first.job)).capitalize()}, {moment(first.at)}."


def went_wrong(board: WeekBoard, labels: Labels) -> list[str]:
    """Everything that did not go as it should, in Markdown; empty when all did."""
    return [
        *who_failed(board.timeline, board.detail, labels),
        *_packs(board),
        *_orders(board),
    ]


def _packs(board: WeekBoard) -> list[str]:
    return [
        f":orange-badge[{outcome.status}] research pack {letter}"
        for letter, outcome in board.detail.packs.items()
        if outcome.status is not PackStatus.RECEIVED
    ]


def _orders(board: WeekBoard) -> list[str]:
    undone = [one for one in board.detail.orders if one.status in NOT_DONE]
    if not undone:
        return []
    first = undone[0]
    which = f"{safe(first.side)} {safe(first.symbol)}: {safe(first.reason or 'no reason given')}"
    count = f"{len(undone)} of {len(board.detail.orders)} orders"
    return [f":orange-badge[{count}] refused or cancelled, first {which}"]


def neighbours(weeks: Sequence[WeekId], chosen: WeekId) -> None:
    """Links to the week before and the week after, and to the week as one file."""
    place = weeks.index(chosen)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if place + 1 < len(weeks):
            link("week", f"← {week(weeks[place + 1])}", week=weeks[place + 1])
        if place:
            link("week", f"{week(weeks[place - 1])} →", week=weeks[place - 1])
        report_link(chosen)


def subtitle(board: WeekBoard) -> str:
    """When it ran, under which profile, on how many pitches."""
    summary = board.detail.summary
    kept = "closed" if summary.closed else "open"
    return (
        f"Run as of {moment(summary.as_of)} · profile {safe(summary.profile or 'unknown')} · "
        f"{summary.received} pitches · {kept}"
    )
