"""Asking the log: who reads it, the field for a question, and its own words."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.desk.log_questions import asking_log, asking_log_again
from core.job_kinds import LONGEST_LOG_QUESTION
from pages.ui.ask_data import LogInquiry
from pages.ui.components import card_title
from pages.ui.question_form import Addressee, question_field
from pages.ui.question_progress import question_head

LOG = Addressee(
    place="ask",
    parameter="q",
    card="log question",
    longest=LONGEST_LOG_QUESTION,
    listed=24,
    example="Why did we sell GLD in March?",
    known="This was asked before: here is the answer, `Ask again` reads the log as it is now.",
    none_yet="Nobody has asked the log anything yet.",
)


def question_card(*, rules: bool) -> None:
    """Where a question is written; ``rules`` when no language model sits here to read it."""
    card_title("Ask", "name a symbol, a month or a day, and what was done: sold, refused, halted")
    if rules:
        st.markdown(
            ":gray-badge[rules] This profile has no language model: a plain search answers, with the "
            "events it finds."
        )
    question_field(LOG, asking_log)


def asked_card(inquiry: LogInquiry) -> None:
    """The question; asked again it is over the log as it is then."""
    question_head(LOG, inquiry, partial(asking_log_again, question=inquiry.question))
