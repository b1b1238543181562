"""One event in full: its envelope, what it says, what a model wrote, and where it leads."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st
from orjson import OPT_INDENT_2, dumps

from core.clock import in_new_york
from pages.ui.answer_card import CALLS, answer_card
from pages.ui.audit_address import open_event
from pages.ui.bounded_json import bounded
from pages.ui.components import card_title
from pages.ui.data import StoreState
from pages.ui.event_links import event_links
from pages.ui.safe import clipped, safe, visible
from storage.queries.one_event import WholeEvent

ENVELOPE = (
    "position",
    "stream_id",
    "version",
    "event_id",
    "type",
    "schema_version",
    "week_id",
    "run_id",
)


def event_card(state: StoreState, event: WholeEvent) -> None:
    card_title(safe(event.type), f"{safe(event.stream_id)} · version {event.version}")
    with st.container(horizontal=True, gap="small"):
        _step("Previous", event.previous, "the one before it in its stream")
        _step("Next", event.following, "the one after it in its stream")
        st.button("Close", on_click=open_event, args=(None,))
    event_links(state, event)
    answer_card(event)
    shown = bounded(event.payload)
    card_title("Payload", "as it was written" + (", shortened here" if shown.cut else ""))
    st.json(shown.value, expanded=1 if event.type in CALLS else 2)
    with st.expander("Envelope, metadata and telemetry", key="envelope"):
        _envelope(event)
    st.download_button(
        "This event as JSON",
        partial(_as_file, event),
        file_name=f"event-{event.position}.json",
        mime="application/json",
        on_click="ignore",
    )


def unknown_event(named: str) -> None:
    """Says that the address names an event the log does not hold."""
    card_title("No such event", "")
    st.markdown(
        f"The log holds no event {safe(clipped(named, 60))}: give an event's id or its position."
    )
    st.button("Close", on_click=open_event, args=(None,))


def _step(label: str, event_id: str | None, about: str) -> None:
    st.button(label, on_click=open_event, args=(event_id,), disabled=event_id is None, help=about)


def _envelope(event: WholeEvent) -> None:
    """Two columns of texts: what is hashed, and the hash it gives."""
    fields = {name: getattr(event, name) for name in ENVELOPE}
    fields["occurred_at"] = f"{in_new_york(event.occurred_at):%Y-%m-%d %H:%M:%S.%f} ET, domain time"
    fields["recorded_at"] = f"{in_new_york(event.recorded_at):%Y-%m-%d %H:%M:%S.%f} ET, wall time"
    fields |= {"previous_hash": event.previous_hash, "hash": event.hash}
    rows = [
        {"field": name, "value": "" if value is None else visible(value)}
        for name, value in fields.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="The event's envelope")
    for name, told in (("Metadata", event.metadata), ("Telemetry", event.telemetry)):
        card_title(name, "hashed" if name == "Metadata" else "kept beside, not hashed")
        st.json(bounded(told).value)


def _as_file(event: WholeEvent) -> bytes:
    return dumps(asdict(event), option=OPT_INDENT_2)
