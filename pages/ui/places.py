"""Every page there is, in the order of the menu; a link leads only where the visitor may go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.access import Visitor

PAGES = Path(__file__).resolve().parents[1]
OFFERED = "offered places"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: ``name`` is its file and its address."""

    name: str
    title: str
    shareable: bool = False
    """Whether it shows one week alone, so that a share link can grant it."""

    @property
    def path(self) -> Path:
        return PAGES / f"{self.name}.py"


# No sections: Streamlit lists them in a way that screen readers cannot follow.
PLACES = (
    Place("overview", "Overview"),
    Place("week", "Week", shareable=True),
    Place("conviction", "Conviction", shareable=True),
    Place("accounts", "Accounts"),
    Place("postmortem", "Postmortem", shareable=True),
    Place("lab", "Council lab"),
    Place("runs", "Runs"),
    Place("chat", "Council chat"),
    Place("strategies", "Strategies"),
    Place("discovery", "Discovery"),
    Place("cycle", "Trading cycle"),
    Place("memory", "Memory"),
    Place("ask", "Ask the log"),
    Place("operations", "Operations"),
    Place("audit", "Audit"),
    Place("settings", "Settings"),
)
FRONT = PLACES[0]


def open_to(visitor: Visitor) -> tuple[Place, ...]:
    """The places a visitor may open, in the order of the menu; a guest's are shareable ones alone."""
    return tuple(
        place
        for place in PLACES
        if visitor.may_read or (place.shareable and visitor.may_open(place.name))
    )


def offer(places: tuple[Place, ...]) -> None:
    """Remember for this session what the menu holds."""
    st.session_state[OFFERED] = frozenset(place.name for place in places)


def offered(name: str) -> bool:
    """Whether the visitor's menu holds the place."""
    return name in st.session_state.get(OFFERED, frozenset())


def link(name: str, label: str, **params: str) -> None:
    """A link to a place with its address's parameters; nothing where the visitor may not go.

    ``label`` is Markdown: make outside text safe before.
    """
    if not offered(name):
        return
    place = next(one for one in PLACES if one.name == name)
    st.page_link(place.path, label=label, query_params=params)
