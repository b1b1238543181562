"""What strikes at which step: all of it drawn from one seed, so that a storm can be had again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    KILL_LEADER = "leader killed"
    KILL_STANDBY = "standby killed"
    KILL_BOTH = "both killed"
    STOP_LEADER = "leader stopped by SIGTERM"
    FREEZE_LEADER = "leader frozen"
    FREEZE_BOTH = "both frozen"
    LOCK = "database locked"
    DATABASE = "database restarted or its sessions ended"
    BROKER = "broker fault"
    OUTAGE = "broker down"
    MODELS = "models failing"
    WRONG_CLOCK = "one clock wrong"
    JUMP = "clock jumps on"
    KILL_READER = "readers killed"


WEIGHTS = {
    Kind.KILL_LEADER: 5,
    Kind.KILL_STANDBY: 1,
    Kind.KILL_BOTH: 1,
    Kind.STOP_LEADER: 2,
    Kind.FREEZE_LEADER: 4,
    Kind.FREEZE_BOTH: 1,
    Kind.LOCK: 2,
    Kind.DATABASE: 1,
    Kind.BROKER: 5,
    Kind.OUTAGE: 1,
    Kind.MODELS: 2,
    Kind.WRONG_CLOCK: 2,
    Kind.JUMP: 2,
    Kind.KILL_READER: 1,
}


@dataclass(frozen=True)
class Blow:
    """Seconds of wall time after the step's beginning, and how long it lasts; ``size`` is 0 to 1."""

    kind: Kind
    delay_s: float
    length_s: float
    size: float


def blows_at(seed: int, step: int, often: float) -> list[Blow]:
    """The blows of one step: none with a chance of ``1 - often``, else one, sometimes two."""
    dice = random.Random(f"{seed}/step/{step}")
    count = (dice.random() < often) + (dice.random() < often / 4)
    kinds = dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)
    return [
        Blow(kind, dice.uniform(0, 0.4), dice.uniform(0.2, 2.2), dice.random()) for kind in kinds
    ]
