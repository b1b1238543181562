"""What the postmortem page reads beside the week itself, kept until the log moves."""

from __future__ import annotations

from core.types import WeekId
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.postmortems import WeekText, newest_postmortem, week_text


@kept
def text(state: StoreState, week_id: WeekId) -> WeekText | None:
    return week_text(state.reader, week_id)


@kept
def newest(state: StoreState) -> WeekId | None:
    """The week the page opens with: the newest one that has a postmortem."""
    return newest_postmortem(state.reader)
