"""Asking the council: who sits on it, the field for a question, and its own words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.desk.questions import asking, asking_again
from core.job_kinds import LONGEST_QUESTION
from core.profile import RULES_VENDOR
from pages.ui.chat_data import Talk
from pages.ui.components import card_title
from pages.ui.question_form import Addressee, question_field
from pages.ui.question_progress import question_head
from pages.ui.safe import safe

COUNCIL = Addressee(
    place="chat",
    parameter="conversation",
    card="question",
    longest=LONGEST_QUESTION,
    listed=70,
    example="What would have to happen for gold to fall this month?",
    known="This was asked before: here is what was said, `Ask again` asks once more.",
    none_yet="Nobody has asked anything yet.",
)


def question_card(models: Sequence[str]) -> None:
    """Where a question is written; ``models`` answer it."""
    names = ", ".join(safe(model) for model in models)
    card_title("Ask the council", f"asked: {names}")
    if all(model.startswith(f"{RULES_VENDOR}/") for model in models):
        st.markdown(
            ":orange-badge[rules] These seats are deterministic strategies: they will say that they "
            "answer no free questions. A profile with language models answers."
        )
    question_field(COUNCIL, partial(asking, models=tuple(models)))


def asked_card(talk: Talk) -> None:
    """The question; asked again it is put to the models that were asked."""
    models = () if talk.said is None else tuple(dict.fromkeys(talk.said.models))
    again = partial(asking_again, question=talk.question, models=models)
    question_head(COUNCIL, talk, again)
