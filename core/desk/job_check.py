"""What can be known to be wrong with a job before it is asked for, by the policy it would run under."""

from __future__ import annotations

from datetime import time

from core.commands import RunJob
from core.errors import BadInput
from core.job_kinds import JobKind
from core.overrides import with_overrides, with_prompts
from core.policy import DeskPolicy, ScheduleSpec
from core.rendering import PromptLibrary


def refuse_unfit(command: RunJob, policy: DeskPolicy, prompts: PromptLibrary) -> None:
    """BadInput in one line for overrides that set nothing, or a time at which there is no checkpoint."""
    if command.kind is JobKind.RERUN:
        with_overrides(policy, command.overrides)
        with_prompts(prompts, command.overrides)
    if command.kind is JobKind.CHECKPOINT:
        refuse_unscheduled(command, policy.schedule)


def refuse_unscheduled(command: RunJob, schedule: ScheduleSpec) -> None:
    """BadInput unless the schedule has a checkpoint at the command's time."""
    assert command.time is not None  # a checkpoint needs one
    if time.fromisoformat(command.time) not in schedule.checkpoints:
        known = ", ".join(f"{wall:%H:%M}" for wall in schedule.checkpoints)
        raise BadInput(f"there is no checkpoint at {command.time}: use one of {known}")
