"""What a model or a researcher wrote, sign by sign, beside what the council read in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import StructuredError
from core.extraction import extract_json
from pages.ui.bounded_json import bounded
from pages.ui.components import card_title
from pages.ui.safe import clipped, safe, visible
from storage.queries.one_event import WholeEvent

SHOWN = 20_000
"""Signs of a raw text on the page; the download holds all of it."""
HEIGHT = 360
CALLS = ("ModelCallRequested", "ModelCallCompleted", "ResearchCompleted", "ResearchJobEnded")
"""What is shown in full beside its payload."""


def answer_card(event: WholeEvent) -> None:
    """Nothing for an event that is no question and no answer."""
    if event.type == "ModelCallCompleted":
        _model_answer(event.payload.get("answer") or {})
    elif event.type == "ResearchCompleted":
        _research(event.payload.get("answer") or {})
    elif event.type == "ResearchJobEnded":
        _raw("Raw report", str(event.payload.get("report", "")))
    elif event.type == "ModelCallRequested":
        _question(event.payload.get("request") or {})


def _model_answer(answer: dict[str, Any]) -> None:
    text = str(answer.get("text", ""))
    raw, parsed = st.columns(2, gap="medium")
    with raw:
        _raw("Raw answer", text)
    with parsed:
        card_title("Parsed", "the JSON found in it, before any schema")
        with st.container(height=HEIGHT):
            try:
                st.json(bounded(extract_json(text)).value, expanded=3)
            except StructuredError as error:
                st.markdown(f":gray[{safe(clipped(error, 300))}]")


def _research(answer: dict[str, Any]) -> None:
    raw, parsed = st.columns(2, gap="medium")
    with raw:
        _raw("Raw report", str(answer.get("report", "")))
    with parsed:
        card_title("Parsed", "the findings, by their schema")
        with st.container(height=HEIGHT):
            st.json(bounded(answer.get("findings")).value, expanded=1)


def _question(request: dict[str, Any]) -> None:
    for message in request.get("messages") or []:
        _raw(
            f"Prompt, {safe(clipped(message.get('role', ''), 20))}", str(message.get("content", ""))
        )


def _raw(title: str, text: str) -> None:
    cut = f", the first {SHOWN:,}" if len(text) > SHOWN else ""
    card_title(title, f"{len(text):,} signs{cut}, exactly as sent")
    st.code(
        visible(clipped(text, SHOWN)) or "(nothing)", language=None, wrap_lines=True, height=HEIGHT
    )
