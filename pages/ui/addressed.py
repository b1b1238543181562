"""Choices that live in the address: what it names is chosen, and choosing changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def chosen(name: str, options: Sequence[str], default: str) -> str:
    """What the address says of this parameter, where it is one of the options; else the default."""
    named = st.query_params.get(name, "")
    return named if named in options else default


def picked(
    label: str, name: str, options: Sequence[str], default: str, shown: Callable[[str], str] = str
) -> str:
    """A select box for the parameter ``name``; options must not be empty, ``shown`` is drawn as text."""
    now = chosen(name, options, default)
    key = _key(name, now)
    found: str | None = st.selectbox(
        label,
        options,
        index=list(options).index(now),
        format_func=shown,
        key=key,
        on_change=_follow,
        args=(name, key),
    )
    return found or now


def switched(
    label: str, name: str, options: Sequence[str], default: str, shown: Callable[[str], str] = str
) -> str:
    """As `picked`, all options in sight."""
    now = chosen(name, options, default)
    key = _key(name, now)
    found: str | None = st.segmented_control(
        label,
        options,
        default=now,
        required=True,
        format_func=shown,
        key=key,
        on_change=_follow,
        args=(name, key),
        label_visibility="collapsed",
    )
    return found or now


def _key(name: str, now: str) -> str:
    """A new address draws the widget anew: it is the address that is remembered, not the widget."""
    return f"{name} in the address: {now}"


def _follow(name: str, key: str) -> None:
    st.query_params[name] = str(st.session_state[key])
