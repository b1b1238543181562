"""Single steps of a week: their order, and what must be done before each."""

from __future__ import annotations

from core.desk.journal import finished_stages
from core.desk.runs import official_run
from core.errors import BadInput
from core.job_kinds import STAGES
from core.ports import EventStore
from core.types import WeekId

STEPS = STAGES
COMMANDS = {
    "research_b": "research",
    "pitch": "pm_pitches",
    "peer_review": "peer_review",
    "chairman": "chairman",
}


def refuse_gap(store: EventStore, week_id: WeekId, stage: str) -> None:
    """BadInput that names the command to run first, when ``stage`` of the week is not done."""
    run = official_run(store, week_id)
    done = {one.stage for one in finished_stages(store, run.stream, run)} if run else set()
    for step in STEPS[: STEPS.index(stage) + 1]:
        if step not in done:
            command = next(COMMANDS[one] for one in STEPS[STEPS.index(step) :] if one in COMMANDS)
            raise BadInput(
                f"stage {step} of week {week_id} is not done: run `{command} --week {week_id}` first"
            )
