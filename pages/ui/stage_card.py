"""One call of a stage in two runs: what was asked, what was answered, what was read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from pydantic import BaseModel

from core.call_names import agent_and_task
from core.job_kinds import PLANNED
from core.types import AccountId
from pages.ui.addressed import picked, switched
from pages.ui.card_head import card_head
from pages.ui.data import StoreState
from pages.ui.diff_card import diff_card
from pages.ui.flat_json import beside
from pages.ui.format import words
from pages.ui.run_names import run_name
from pages.ui.runs_data import Side, calls, texts
from pages.ui.safe import clipped, safe
from storage.queries import AccountLabel
from storage.queries.run_texts import CallTexts

SPOKEN = ("research_a", "research_b", "pitch", "peer_review", "chairman")
READ_ONLY = ("risk",)
STAGES = (*SPOKEN, *READ_ONLY)
PROMPT, ANSWER, PARSED = "prompt", "answer", "parsed"
PARTS = {PROMPT: "What was asked", ANSWER: "Raw answer", PARSED: "What was read from it"}
TALKED = {"research_a": "research/A", "research_b": "research/B"}
Labels = Mapping[AccountId, AccountLabel]


def stage_card(state: StoreState, sides: tuple[Side, Side], labels: Labels) -> None:
    """The address names stage, call and part."""
    card_head("Stage by stage", "prompts and answers as they were sent", run=sides[1].run.run_id)
    stage = switched("Stage", "stage", STAGES, _first_of(sides[1]), words)
    _whose(sides, stage)
    if stage in READ_ONLY:
        _parsed(sides, tuple(_risk(side) for side in sides))
        return
    known = [_calls(state, side, stage) for side in sides]
    found = tuple(dict.fromkeys((*known[0], *known[1])))
    if not found:
        st.markdown(":gray[Neither run has come to this stage.]")
        return
    call = picked("Call", "call", found, found[0], lambda one: _asked_of(one, labels))
    part = switched("Part", "part", tuple(PARTS), PROMPT, PARTS.__getitem__)
    if part == PARSED:
        _parsed(sides, tuple(_read(side, stage, call) for side in sides))
        return
    said = tuple(texts(state, side.run.owner(stage), call) for side in sides)
    _said((said[0], said[1]), sides, part)


def _first_of(side: Side) -> str:
    """Where a what-if goes its own way; the pitches of one that began before them, or of none."""
    return side.run.from_stage if side.run.from_stage in STAGES else STAGES[2]


def _whose(sides: tuple[Side, Side], stage: str) -> None:
    """Whether both rest on the very same work."""
    if sides[0].run.owner(stage) == sides[1].run.owner(stage):
        st.markdown(f":gray-badge[inherited] Both rest on the same {words(stage)}.")
    for side in sides:
        if stage in PLANNED and side.run.owner(stage) == side.run.run_id:
            status = side.run.stages.get(stage, "not done")
            if status != "done":
                st.markdown(f":orange-badge[{safe(status)}] {safe(run_name(side.run))}")


def _calls(state: StoreState, side: Side, stage: str) -> Sequence[str]:
    prefix = TALKED.get(stage, stage)
    made = calls(state, side.run.owner(stage))
    return [one for one in made if one == prefix or one.startswith(f"{prefix}/")]


def _asked_of(call: str, labels: Labels) -> str:
    agent, task = agent_and_task(call)
    label = labels.get(AccountId(agent))
    return f"{words(task)}: {label.shown}" if label else words(call)


def _said(
    said: tuple[CallTexts | None, CallTexts | None], sides: tuple[Side, Side], part: str
) -> None:
    for one, side in zip(said, sides, strict=True):
        if one is not None and part == ANSWER:
            answered = f"{one.served or one.model}, attempt {one.attempts}"
            failed = (
                f" :orange-badge[failed] {safe(clipped(one.failed, 300))}" if one.failed else ""
            )
            st.markdown(f":gray[{safe(run_name(side.run))}: {safe(answered)}]{failed}")
        if one is None:
            st.markdown(f":gray[{safe(run_name(side.run))} never made this call.]")
    shown = tuple(
        "" if one is None else one.prompt if part == PROMPT else one.answer for one in said
    )
    names = tuple(safe(run_name(side.run)) for side in sides)
    diff_card((names[0], names[1]), (shown[0], shown[1]))


def _read(side: Side, stage: str, call: str) -> Any:
    """What the run made of the call: a pack, a pitch, one reviewer's reviews, the decision."""
    found, agent = side.council, AccountId(agent_and_task(call)[0])
    if stage in TALKED:
        return _plain(found.packs.get(stage[-1].upper()))
    if stage == "pitch":
        silent = next((one for one in found.abstentions if one.account_id == agent), None)
        return _plain(found.pitches.get(agent) or silent)
    if stage == "peer_review":
        own = (one for one in found.reviews if one.reviewer_account_id == agent)
        return {one.pitch_account_id: _plain(one) for one in own}
    return _plain(found.decision)


def _risk(side: Side) -> Any:
    return {one.account_id: _plain(one) for one in side.council.risk}


def _plain(value: BaseModel | None) -> Any:
    return {} if value is None else value.model_dump(mode="json")


def _parsed(sides: tuple[Side, Side], values: tuple[Any, ...]) -> None:
    every = st.toggle("Also what is the same", key="every", bind="query-params")
    names = (f"left: {run_name(sides[0].run)}", f"right: {run_name(sides[1].run)}")
    frame = beside(values[0], values[1], names, all_fields=every)
    if frame.empty:
        st.markdown(":gray[Nothing was read from either.]" if every else ":gray[Nothing differs.]")
        return
    st.dataframe(frame, hide_index=True, placeholder="none", alt="What was read from both answers")
