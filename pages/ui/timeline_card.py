"""The run's stages on a line of time: how long each took, what it cost, and who failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.schemas.pitch import Abstention
from core.types import AccountId, WeekId
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import bullet_lines, who
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import dollars, duration, words
from pages.ui.safe import safe
from pages.ui.theme import ACCENT, PEER
from pages.ui.week_charts import stage_gantt
from pages.ui.week_data import shown
from storage.queries import AccountLabel, RunStatus, StageStatus, WeekDetail
from storage.queries.timeline import StageSpan, Timeline

Labels = Mapping[AccountId, AccountLabel]
MINUTE = 60.0
NOT_FINE = (StageStatus.FAILED, StageStatus.STALE)


def timeline_card(
    state: StoreState, timeline: Timeline, detail: WeekDetail, labels: Labels
) -> None:
    """Durations are wall time and no part of what was decided."""
    summary = detail.summary
    card_head("How the run went", _note(timeline), week=summary.week_id, run=summary.run_id)
    if not timeline.spans:
        st.markdown(":gray[No stage is finished yet.]")
        return
    draw_kept(_gantt, state, summary.week_id, alt="The run's stages, how long each took")
    failures = who_failed(timeline, detail, labels)
    if failures:
        bullet_lines(failures)
    elif summary.status == RunStatus.COMPLETED:
        st.markdown(":gray[Nobody failed: every stage is done and every seat answered.]")
    else:
        st.markdown(f":gray[Nobody failed so far; the run is {summary.status}.]")


def _gantt(state: StoreState, week_id: WeekId) -> Drawing:
    return stage_gantt(*_frame(shown(state, week_id).timeline.spans))


def who_failed(timeline: Timeline, detail: WeekDetail, labels: Labels) -> list[str]:
    """Stages, seats and calls that did not do what they were asked, in Markdown."""
    stages = [
        f":orange-badge[{one.status}] {safe(words(one.stage))}: {safe(one.message)}"
        for one in timeline.spans
        if one.status in NOT_FINE
    ]
    calls = [
        f":orange-badge[no answer] {safe(one.call)} of {safe(one.model)}: {safe(one.message)}"
        for one in timeline.failed_calls
    ]
    return [
        *stages,
        *_abstained("pitch", detail.abstentions, labels),
        *_abstained("review", detail.review_abstentions, labels),
        *calls,
    ]


def _abstained(what: str, seats: Sequence[Abstention], labels: Labels) -> list[str]:
    return [
        f":orange-badge[no usable {what}] {who(labels.get(one.account_id), one.account_id)} "
        f"after {one.attempts} attempts: {safe(one.reason)}"
        for one in seats
    ]


def _note(timeline: Timeline) -> str:
    if not timeline.spans:
        return ""
    took = max(one.ended for one in timeline.spans) - min(one.began for one in timeline.spans)
    cost = dollars(timeline.cost_usd, 2)
    return f"{duration(took.total_seconds())} of wall time and {safe(cost)} of calls"


def _frame(spans: Sequence[StageSpan]) -> tuple[pd.DataFrame, str]:
    """Since the run began, in seconds or minutes, whichever is read more easily."""
    start = min(one.began for one in spans)
    whole = max((one.ended - start).total_seconds() for one in spans)
    scale, unit = (MINUTE, "minutes") if whole > 3 * MINUTE else (1.0, "seconds")
    return pd.DataFrame(
        {
            "stage": [words(one.stage) for one in spans],
            "begin": [(one.began - start).total_seconds() / scale for one in spans],
            "end": [(one.ended - start).total_seconds() / scale for one in spans],
            "words": [_told(one) for one in spans],
            "status": [str(one.status) for one in spans],
            "role": [PEER if one.status is StageStatus.SKIPPED else ACCENT for one in spans],
        }
    ), unit


def _told(span: StageSpan) -> str:
    parts = [duration(span.seconds) if span.seconds is not None else "not timed"]
    if span.cost_usd:
        parts.append(dollars(span.cost_usd, 2))
    if span.failed:
        parts.append(f"{span.failed} of {span.bills} calls failed")
    if span.status is not StageStatus.DONE:
        parts.append(str(span.status))
    return ", ".join(parts)
