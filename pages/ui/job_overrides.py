"""What a what-if may change: models, temperature, the prompt's words, who sits at the table."""

from __future__ import annotations

import streamlit as st

from core.policy import DeskPolicy
from core.rendering import load_builtin
from pages.ui.components import bullets
from pages.ui.format import words
from pages.ui.safe import clipped, safe

AS_IT_WAS = "as it was"
SHOWN = 60


def override_fields(policy: DeskPolicy) -> list[str]:
    """``KEY=VALUE`` texts as `core.overrides` reads them; none when everything stays as it was."""
    with st.popover("What is different", width="stretch"):
        found = [*_models(policy), *_seats_out(policy), *_temperature(policy), *_prompt()]
        more = st.text_area(
            "More settings, KEY=VALUE a line", placeholder="risk.max_position_pct=0.5", key="more"
        )
    found += [line for line in (more or "").splitlines() if line.strip()]
    if found:
        bullets(clipped(one, SHOWN) for one in found)
    else:
        st.caption("Nothing: the same again.")
    return found


def _models(policy: DeskPolicy) -> list[str]:
    seats = {f"pm.{seat.key}.model": seat.name for seat in policy.seats}
    names = {**seats, "chairman.model": "Chairman"}
    key = st.selectbox(
        "Another model for",
        list(names),
        index=None,
        placeholder=AS_IT_WAS,
        format_func=lambda one: safe(names[one]),
        key="model of",
    )
    if key is None:
        return []
    return [f"{key}={st.text_input('Its model', placeholder='vendor/model', key='model')}"]


def _seats_out(policy: DeskPolicy) -> list[str]:
    names = {f"pm.{seat.key}.exclude": seat.name for seat in policy.seats}
    out = st.multiselect(
        "Leave out",
        list(names),
        placeholder="nobody",
        format_func=lambda one: safe(names[one]),
        key="left out",
    )
    return [f"{key}=true" for key in out]


def _temperature(policy: DeskPolicy) -> list[str]:
    stage = st.selectbox(
        "Another temperature in",
        list(policy.profile.stages),
        index=None,
        placeholder=AS_IT_WAS,
        format_func=words,
        key="temperature of",
    )
    if stage is None:
        return []
    usual = policy.profile.settings_for(stage).temperature
    value = st.number_input("Temperature", 0.0, 2.0, usual, 0.1, key=f"temperature {stage}")
    return [f"stages.{stage}.temperature={value:g}"]


def _prompt() -> list[str]:
    templates = load_builtin().templates
    name = st.selectbox(
        "Other words in the prompt",
        sorted(templates),
        index=None,
        placeholder=AS_IT_WAS,
        format_func=words,
        key="prompt of",
    )
    if name is None:
        return []
    text = st.text_area("Its text, a Jinja2 template", templates[name], 240, key=f"prompt {name}")
    changed = text.strip() != templates[name].strip()
    return [f"prompt.{name}.text={text}"] if changed else []
