"""Cards of a postmortem: its key figures, the words written of it, each account's result."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from core.events.week import PostmortemWritten
from core.rules import postmortem_tally as tally
from core.rules.postmortem_tally import Tally
from core.schemas.postmortem import Postmortem
from core.schemas.postmortem_scores import PostmortemScores
from core.types import AccountId
from pages.ui.card_head import card_head
from pages.ui.components import bullets, card_title, prose
from pages.ui.figure import figure, figure_card
from pages.ui.format import (
    UNKNOWN,
    conviction,
    dollars,
    points,
    signed_dollars,
    signed_percent,
    trade,
)
from pages.ui.rows import as_table
from pages.ui.safe import safe
from storage.queries import AccountLabel, WeekDetail
from storage.queries.postmortems import WeekText

Labels = Mapping[AccountId, AccountLabel]
ACCOUNT = re.compile(r"\bacct_\d+\b")


def shown(account_id: str, labels: Labels) -> str:
    label = labels.get(AccountId(account_id))
    return label.shown if label else account_id


def named(text: str, labels: Labels) -> str:
    """A text about account numbers with the accounts' names in their place."""
    return ACCOUNT.sub(lambda found: shown(found.group(), labels), text)


def scored(report: Postmortem) -> PostmortemScores:
    """The scores of a postmortem that has them."""
    assert report.scores is not None  # the page asked before it drew the cards
    return report.scores


def not_yet(detail: WeekDetail) -> None:
    """A week that is still going on, or that nobody traded."""
    st.info(
        "The postmortem is written in the first session after the week, at 07:30 New York time, and "
        "becomes final once the exit fills are in. `cli.py postmortem` shows how the week stands now."
        if not detail.summary.closed
        else "No account took this week up, so there is nothing to compare.",
        title="This week has no postmortem yet",
    )


def unscored() -> None:
    st.info(
        "This postmortem was written before weeks were scored. What is recorded is not scored "
        "afterwards: newer weeks have scores.",
        title="No scores for this week",
    )


def figures(report: Postmortem) -> None:
    """Four figures: the council's result, then how often theses, counter-arguments, warnings were right."""
    council, mean = report.council_return, report.mean_pm_return
    ahead = None if council is None or mean is None else council - mean
    with st.grid(4, min_column_width=180, gap="small"):
        with figure_card(week=report.week_id, type=PostmortemWritten.__name__):
            st.metric(
                "Council's week",
                signed_percent(council, 2),
                points(ahead) if ahead is not None else None,
                delta_description="vs its members" if ahead is not None else None,
            )
        scores = report.scores
        if scores is None:
            return
        _count(report, "Theses right", tally.theses(scores), "took no side")
        _count(report, "Counter-arguments true", tally.counters_met(scores), "undecided")
        _count(report, "Warnings confirmed", tally.warnings(scores), "undecided")


def _count(report: Postmortem, label: str, found: Tally, rest: str) -> None:
    value = f"{found.yes} of {found.decided}" if found.decided else UNKNOWN
    note = f"{found.undecided} {rest}" if found.undecided else None
    figure(label, value, note, week=report.week_id, type=PostmortemWritten.__name__)


def text_card(report: Postmortem, text: WeekText | None, labels: Labels) -> None:
    """The chairman's words where a model spoke, and always the rules' beside them, each labelled."""
    told = text.told if text else None
    if told is None:
        with st.container(border=True):
            _rules(report, text, labels)
        return
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        card_head(
            "In the chairman's words",
            f"written by {safe(told.model)} after the scores",
            week=report.week_id,
            type="PostmortemTextWritten",
        )
        prose(named(told.text, labels))
        st.markdown(":gray[What to do otherwise]")
        bullets(named(lesson, labels) for lesson in told.lessons)
    with right.container(border=True, height="stretch"):
        _rules(report, text, labels)


def _rules(report: Postmortem, text: WeekText | None, labels: Labels) -> None:
    card_title("In plain sentences", f"by {safe(report.text_by)}: computed, no model wrote this")
    prose(named(report.text, labels))
    if text is not None and text.told is None:
        st.markdown(
            f":orange-badge[no text] {safe(text.model)} was asked and gave none. "
            f":gray[{safe(text.failed_because)}]"
        )


def account_card(report: Postmortem, labels: Labels) -> None:
    """The week compared across its accounts."""
    with st.container(border=True):
        card_head(
            "Accounts",
            "equity in $ where the week began and ended; checkpoints that acted",
            week=report.week_id,
            type="PostmortemWritten",
        )
        st.dataframe(
            as_table(
                [
                    {
                        "account": shown(one.account_id, labels),
                        "trade": trade(one.instrument, one.direction),
                        "conviction": f"{conviction(one.conviction_first)} → "
                        f"{conviction(one.conviction_last)}",
                        "P/L": signed_dollars(one.pnl),
                        "return": signed_percent(one.week_return, 2),
                        "equity": dollars(one.equity_end),
                        "acted": ", ".join(one.actions) or "no",
                        "panic exits": one.panic_exits,
                    }
                    for one in report.accounts
                ]
            ),
            hide_index=True,
            alt="The week's result of each account",
        )
