"""From a number to the events behind it: a link into the audit page with the filter that finds them."""

from __future__ import annotations

from typing import TypedDict, Unpack

from pages.ui.places import link

AUDIT = "audit"


class Filter(TypedDict, total=False):
    """What the audit page filters by, each as its address spells it."""

    week: str
    run: str
    type: str
    stream: str
    text: str
    event: str


def events_behind(label: str = "Events", **events: Unpack[Filter]) -> None:
    """A small link to the events that made what the card shows."""
    link(AUDIT, f":small[{label}]", **{name: str(value) for name, value in events.items()})
