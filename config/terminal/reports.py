"""What commands say when they are done: JSON when asked for, else a few readable lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import JsonValue

from config.alerts import alert_origins
from config.settings import Settings
from config.terminal import show
from config.terminal.doctor import Check
from core import keys
from core.context import PipelineContext
from core.desk.replay_report import ReplayReport
from core.desk.simulation import SimulationReport
from core.desk.slot_log import SlotOutcome, account_lines, finished
from core.desk.slots import Slot
from core.desk.weekly import WeekRun
from core.errors import StoreUnusable
from core.events.system import SlotFinished
from core.ports import EventStore
from core.rules.stood_in import stood_in
from core.schemas.postmortem import Postmortem
from core.types import WeekId

SHOWN_FAILURES = 5


def week_run(done: WeekRun, *, as_json: bool) -> None:
    """Which stages ran, which were done before, and the decision so far."""
    facts = _facts(done.context)
    if as_json:
        show.as_json(
            {
                "week_id": done.run.week_id,
                "run_id": done.run.run_id,
                "ran": list(done.ran),
                "resumed": list(done.resumed),
                "completed": done.completed,
                "waiting": done.waiting,
                **facts,
            }
        )
        return
    if not done.ran and done.waiting is None:
        show.line(f"week {done.run.week_id}: already done, nothing was run or traded again")
    elif done.ran:
        show.line(f"week {done.run.week_id}: {', '.join(done.ran)} done")
    if done.resumed and done.ran:
        show.line(f"done before: {', '.join(done.resumed)}")
    for name, value in facts.items():
        show.line(f"{name}: {value}")
    if done.waiting is not None:
        week = done.run.week_id
        show.line(f"nothing is traded yet, it waits for {done.waiting}: `proposal --week {week}`")


def _facts(context: PipelineContext) -> dict[str, JsonValue]:
    """The week's values so far, in one line each."""
    facts: dict[str, JsonValue] = {}
    packs = {"A": context.get(keys.RESEARCH_PACK_A), "B": context.get(keys.RESEARCH_PACK_B)}
    for line in stood_in(packs):
        what, _, told = line.partition(": ")
        facts[what] = told
    pitches, absent = context.get(keys.PM_PITCHES), context.get(keys.PITCH_ABSTENTIONS)
    if pitches is not None:
        seats = len(pitches) + len(absent or ())
        facts["pitches"] = f"{len(pitches)} of {seats}"
    decision = context.get(keys.CHAIRMAN_DECISION)
    if decision is not None:
        trade = decision.selected_trade
        facts["decision"] = " ".join(filter(None, (trade.direction, trade.instrument)))
        facts["conviction"] = decision.conviction
    result = context.get(keys.EXECUTION_RESULT)
    if result is not None:
        counts = [outcome.submission.value for outcome in result.outcomes]
        facts["orders"] = ", ".join(f"{counts.count(one)} {one}" for one in sorted(set(counts)))
    return facts


def rerun(done: WeekRun, official: PipelineContext, *, as_json: bool) -> None:
    """The what-if beside the official run: decision, convictions, target weights."""
    before = {**_facts(official), **_account_facts(official)}
    after = {**_facts(done.context), **_account_facts(done.context)}
    both = {name: (before.get(name), value) for name, value in after.items()}
    if as_json:
        show.as_json(
            {
                "week_id": done.run.week_id,
                "run_id": done.run.run_id,
                "ran": list(done.ran),
                "official": {name: was for name, (was, _) in both.items()},
                "what_if": after,
                "changed": [name for name, (was, now) in both.items() if was != now],
            }
        )
        return
    show.line(f"what-if {done.run.run_id} of week {done.run.week_id}; it never trades")
    rows = [(name, was, now, "" if was == now else "changed") for name, (was, now) in both.items()]
    show.table(["", "official", "what-if", ""], rows)


def _account_facts(context: PipelineContext) -> dict[str, JsonValue]:
    """Each manager's pitch and each account's target weight of equity, signed."""
    facts: dict[str, JsonValue] = {}
    for pitch in context.get(keys.PM_PITCHES) or ():
        what = " ".join(filter(None, (pitch.direction, pitch.instrument)))
        facts[f"{pitch.account_id} pitch"] = f"{what} {pitch.conviction:+.2f}"
    constraints = context.get(keys.EXECUTION_CONSTRAINTS)
    for target in constraints.targets if constraints is not None else ():
        held = f"{target.instrument} {target.weight:+.2%}" if target.weight else "FLAT"
        facts[f"{target.account_id} target"] = held
    return facts


def replay(report: ReplayReport, *, as_json: bool) -> None:
    if as_json:
        show.as_json({**asdict(report), "identical": report.identical})
        return
    if report.difference is None:
        show.line(
            f"week {report.week_id}: identical, byte for byte: {report.events} events of "
            f"{report.streams} streams, {report.orders} orders"
        )
        return
    found = report.difference
    where = f"stage {found.stage}" if found.stage else found.type
    show.line(
        f"week {report.week_id}: first difference in {where} "
        f"({found.stream}, version {found.version}): {found.detail}"
    )


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


def postmortem(report: Postmortem, *, as_json: bool) -> None:
    if as_json:
        show.as_json(report)
        return
    status = "provisional" if report.provisional else "final"
    show.line(f"week {report.week_id}, {status} ({report.text_by}): {report.text}")
    rows = [
        (
            week.account_id,
            f"{week.direction} {week.instrument or ''}".strip(),
            f"{week.pnl:+,.2f}",
            f"{week.week_return:+.2%}",
            ", ".join(week.actions) or "-",
        )
        for week in report.accounts
    ]
    show.table(["account", "position", "P/L USD", "return", "actions"], rows)


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
