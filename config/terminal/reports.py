"""What commands say when they are done: JSON when asked for, else a few readable lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from config.alerts import alert_origins
from config.settings import Settings
from config.terminal import show
from config.terminal.doctor import Check
from core import keys
from core.context import PipelineContext
from core.desk.simulation import SimulationReport
from core.desk.slot_log import SlotOutcome, account_lines, finished
from core.desk.slots import Slot
from core.errors import StoreUnusable
from core.events.system import SlotFinished
from core.ports import EventStore
from core.types import WeekId

SHOWN_FAILURES = 5


def simulation(
    report: SimulationReport, store: str, failures: Sequence[SlotFinished], *, as_json: bool
) -> None:
    """What was lived, and what failed in it by name."""
    if as_json:
        failed = {event.slot: event.detail for event in failures}
        show.as_json({**asdict(report), "failures": failed, "store": store})
        return
    show.line(
        f"{report.weeks} weeks, {report.done} slots done, {report.failed} failed; store {store}"
    )
    for event in failures[:SHOWN_FAILURES]:
        show.line(f"{event.slot} failed: {event.detail}")


def demo_is_there(store: str, *, as_json: bool) -> None:
    if as_json:
        simulation(SimulationReport(weeks=0, done=0, failed=0), store, [], as_json=True)
    else:
        show.line(f"the demonstration desk is there already: {store}")


def slots(
    store: EventStore, outcomes: Sequence[tuple[Slot, SlotOutcome]], *, as_json: bool
) -> bool:
    """What each checkpoint decided, account by account; whether every one of them was done."""
    rows = [
        (slot.label, one.account_id, one.action, one.conviction, one.rule)
        for slot, _ in outcomes
        for one in account_lines(store, slot)
    ]
    ended = [event for slot, _ in outcomes if (event := finished(store, slot)) is not None]
    undone = {one.slot: one for one in ended if one.outcome != SlotOutcome.DONE}
    if as_json:
        heads = ("time", "account_id", "action", "conviction", "rule")
        decided = [dict(zip(heads, row, strict=True)) for row in rows]
        show.as_json({"failed": list(undone), "decisions": decided})
        return not undone
    cells = [(*row[:3], "-" if row[3] is None else row[3], row[4]) for row in rows]
    show.table(["time", "account", "action", "conviction", "rule"], cells)
    for key, event in undone.items():
        show.line(f"{key} {event.outcome}: {event.detail}")
    return not undone


def council(context: PipelineContext, *, as_json: bool) -> None:
    """Answers, the aggregate and the synthesis."""
    answers, ranked = context[keys.STAGE1_RESULTS], context[keys.AGGREGATE_RANKINGS]
    final = context[keys.STAGE3_RESULT]
    if as_json:
        show.as_json(
            {
                "conversation_id": context[keys.CONVERSATION_ID],
                "responses": answers,
                "aggregate": ranked,
                "synthesis": final,
            }
        )
        return
    for answer in answers:
        show.line(f"## {answer.model}\n{answer.response or f'no answer: {answer.failed}'}\n")
    show.table(
        ["model", "average rank", "rankings"],
        [(one.model, one.average_rank, one.rankings_count) for one in ranked],
    )
    show.line(f"\n## Synthesis by {final.model}\n{final.response}")


def doctor(found: Sequence[Check], settings: Settings, *, as_json: bool) -> None:
    """Each check with its mark, then every value with its origin."""
    every = {**settings.origins, **alert_origins(settings)}
    if as_json:
        origins = {name: one._asdict() for name, one in every.items()}
        show.as_json({"checks": [asdict(check) for check in found], "settings": origins})
        return
    marks = {True: "ok", False: "BROKEN"}
    show.table(
        ["", "check", ""],
        [("note" if c.warning else marks[c.ok], c.name, c.detail) for c in found],
    )
    show.line("")
    show.table(
        ["setting", "value", "from"],
        [(name, one.value_shown, one.origin) for name, one in every.items()],
    )


def written(file: Path, week_id: WeekId, html: str, *, as_json: bool) -> None:
    """Write a report and say where it lies; StoreUnusable where it cannot be written."""
    try:
        file.write_text(html, encoding="utf-8")
    except OSError as error:
        raise StoreUnusable(
            f"cannot write {file}: {error.strerror}; name another with -o"
        ) from error
    size = len(html.encode())
    if as_json:
        show.as_json({"week_id": week_id, "file": str(file), "bytes": size})
    else:
        show.line(f"week {week_id}: {file}, {size / 1000:.0f} kB")
