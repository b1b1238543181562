"""What commands say of one week: how far it is, beside a what-if, and judged."""

from __future__ import annotations

from pydantic import JsonValue

from config.terminal import show
from core import keys
from core.context import PipelineContext
from core.desk.weekly import WeekRun
from core.rules.stood_in import stood_in
from core.schemas.postmortem import Postmortem


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
