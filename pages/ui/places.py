"""Every page there is, in the order of the menu; a link leads only where the visitor may go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

PAGES = Path(__file__).resolve().parents[1]
OFFERED = "offered places"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: ``name`` is its file and its address."""

    name: str
    title: str

    @property
    def path(self) -> Path:
        return PAGES / f"{self.name}.py"


PLACES = (
    Place("overview", "Overview"),
    Place("week", "Week"),
    Place("operations", "Operations"),
)
FRONT = PLACES[0]


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
