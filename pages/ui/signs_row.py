"""Four signs of life: who leads, what comes next, what is asked for, whether orders go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.clock import in_new_york
from core.desk.halts import BREAKER_STREAM
from core.desk.writing import SCHEDULER_STREAM
from core.events.scheduling import SlotsPlanned
from core.types import StoreKind
from pages.ui.commanding import CLOCK
from pages.ui.figure import figure
from pages.ui.format import short_moment, span, words
from pages.ui.ops_data import Control, Work
from pages.ui.safe import clipped, safe
from storage.leases import Leader
from storage.queries import DeskFacts
from storage.queries.schedule import ComingSlot

START = (
    "Start the scheduler and the pages together with `cli.py up`, or with `python scheduler.py`."
)


def signs_row(
    work: Work, control: Control, leader: Leader | None, ahead: ComingSlot | None
) -> None:
    """``ahead`` is the next slot; what is wrong is told in words and in orange below the row."""
    now = CLOCK.now()
    with st.grid(4, min_column_width=180, gap="small"):
        _leader(leader, now)
        _next_run(ahead, now, paused=work.pause is not None)
        _jobs(work)
        _trading(control)


def warnings(work: Work, leader: Leader | None, facts: DeskFacts | None) -> None:
    """Why nothing would happen, where that is so."""
    if facts is not None and facts.kind is StoreKind.SIMULATION:
        st.info("A simulation is lived by `cli.py simulate`: no scheduler works here.")
    elif leader is None or not leader.alive:
        since = "" if leader is None else f" since {short_moment(leader.heartbeat_at)}"
        st.warning(f"{START} Until then nothing runs and jobs wait.", title=f"Nobody leads{since}")
    if work.pause is not None:
        st.warning(
            f"{safe(work.pause.reason)}  \n:gray[by {safe(work.pause.by)}]",
            title=f"Paused since {short_moment(work.pause.since)}",
        )


def _leader(leader: Leader | None, now: datetime) -> None:
    if leader is None:
        figure("Leader", "Nobody", "start with cli.py up", stream=SCHEDULER_STREAM)
        return
    seen = span((now - leader.heartbeat_at).total_seconds())
    host, _, rest = leader.holder.partition("/")
    process = rest.partition("/")[0]
    figure(
        "Leader",
        "Alive" if leader.alive else "Silent",
        f"token {leader.token} · seen {seen} ago",
        f"{safe(clipped(host, 60))}, process {safe(clipped(process, 20))}",
        stream=SCHEDULER_STREAM,
    )


def _next_run(ahead: ComingSlot | None, now: datetime, *, paused: bool) -> None:
    if ahead is None:
        figure("Next run", "None", "nothing is planned", type=SlotsPlanned.__name__)
        return
    wait = (ahead.at - now).total_seconds()
    when = f"in {span(wait)}" if wait > 0 else f"due for {span(-wait)}"
    name = words(ahead.job).capitalize()
    state = "paused" if paused else when
    figure(
        "Next run",
        safe(name),
        f"{in_new_york(ahead.at):%a %H:%M} · {state}",
        safe(ahead.slot),
        type=SlotsPlanned.__name__,
    )


def _jobs(work: Work) -> None:
    running = sum(1 for job in work.open if job.claimed_at is not None and job.again_at is None)
    failed = sum(job.status == "failed" for job in work.recent)
    note = f"{running} running" if work.open else "none waits"
    note += f" · {failed} failed lately" if failed else ""
    figure("Open jobs", str(len(work.open)), note, stream="job/")


def _trading(control: Control) -> None:
    halted: Sequence[str] = [line.scope for line in control.halted]
    count = f"{len(halted)} scope{'s' * (len(halted) != 1)} halted" if halted else "no breaker halt"
    if control.stop is not None:
        flat = "closing everything" if control.stop.flatten else count
        since = f"since {short_moment(control.stop.since)} · {flat}"
        figure("Trading", "Disabled", since, stream="system/trading")
    else:
        state = "Halted in part" if halted else "Enabled"
        figure("Trading", state, count, safe(", ".join(halted)) or None, stream=BREAKER_STREAM)
