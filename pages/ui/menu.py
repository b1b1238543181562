"""The menu's entries: each is made once a process, since making one looks its file up on the disk."""

from __future__ import annotations

from copy import copy
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.gate import entrance
from pages.ui.places import FRONT, Place


def entry(place: Place) -> StreamlitPage:
    """A place that is open to the visitor; a copy, as Streamlit marks the one that it runs."""
    return copy(_open(place))


def closed(place: Place) -> StreamlitPage:
    """The address of a place that is not open, which leads to the entrance."""
    return copy(_closed(place))


@cache
def _open(place: Place) -> StreamlitPage:
    return st.Page(place.path, title=place.title, url_path=_address(place), default=place is FRONT)


@cache
def _closed(place: Place) -> StreamlitPage:
    return st.Page(entrance, title="Welcome", url_path=_address(place), default=place is FRONT)


def _address(place: Place) -> str | None:
    return None if place is FRONT else place.name
