"""The events a filter finds, newest first; a click opens one."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from core.clock import in_new_york
from pages.ui.audit_address import open_event, turn_to
from pages.ui.audit_data import Found
from pages.ui.components import card_title
from pages.ui.safe import visible
from storage.queries.event_filter import WINDOW, EventFilter
from storage.queries.events import COUNTED, EventLine, EventPage

HEIGHT, ROWS = 420, 10


def events_card(found: Found, asked: EventFilter) -> None:
    page = found.page
    card_title("Events", f"{_size(found, asked)} · click a line to read the whole event")
    if not page.lines:
        st.markdown(f":gray[{_nothing(page, asked)}]")
    else:
        _table(page)
    _turning(page)


def _table(page: EventPage) -> None:
    ids = [line.event_id for line in page.lines]
    key = f"events from {page.lines[0].position}"
    st.dataframe(
        pd.DataFrame([_row(line) for line in page.lines]),
        hide_index=True,
        height=HEIGHT if len(page.lines) > ROWS else "content",
        key=key,
        on_select=partial(_opened, key, ids),
        selection_mode="single-cell",
        alt="Events, newest first",
        column_config={
            "#": st.column_config.NumberColumn(format="%d", help="position in the log"),
            "when": st.column_config.TextColumn(help="domain time, New York"),
            "says": st.column_config.TextColumn(width="large", help="how its payload begins"),
            "signs": st.column_config.NumberColumn(format="localized", help="of its payload"),
        },
    )


def _opened(key: str, ids: list[str]) -> None:
    cells = st.session_state[key].selection.cells
    if cells and cells[0][0] < len(ids):
        open_event(ids[cells[0][0]])


def _row(line: EventLine) -> dict[str, object]:
    return {
        "#": line.position,
        "when": f"{in_new_york(line.occurred_at):%Y-%m-%d %H:%M:%S}",
        "type": line.type,
        "stream": f"{line.stream_id} · {line.version}",
        "says": visible(line.excerpt),
        "signs": line.size,
    }


def _size(found: Found, asked: EventFilter) -> str:
    if found.count is None:
        searched = found.page.searched_to
        where = "" if searched is None else f", looked for down to position {searched:,}"
        return f"{len(found.page.lines) or 'none'} with this text on this page{where}"
    if found.count > COUNTED:
        return f"more than {COUNTED:,}"
    return f"{found.count:,} found" if asked != EventFilter() else f"{found.count:,} in all"


def _nothing(page: EventPage, asked: EventFilter) -> str:
    if asked.text and page.searched_to is not None:
        return f"None of the {WINDOW:,} events looked through says it: look through older ones."
    if page.newer is not None:
        return "Nothing that old: turn back to newer events."
    return "No event is like that. Take a filter away, or shorten the text."


def _turning(page: EventPage) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button("Newest", on_click=turn_to, args=(None,), disabled=page.newer is None)
        st.button("Newer", on_click=turn_to, args=(page.newer,), disabled=page.newer is None)
        st.button("Older", on_click=turn_to, args=(page.older,), disabled=page.older is None)
