"""What an answer whose action and conviction contradict each other means: a table, one row each case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.types import CheckpointAction

STAY, REDUCE, EXIT, FLIP = (
    CheckpointAction.STAY,
    CheckpointAction.REDUCE,
    CheckpointAction.EXIT,
    CheckpointAction.FLIP,
)


class ConvictionCase(StrEnum):
    """The new conviction seen from the position held and from its stored conviction."""

    OPPOSITE = "opposite"
    """It speaks for the other side, by at least the minimum that trades."""
    NONE = "none"
    """It is below the minimum that trades, on either side."""
    WEAKER = "weaker"
    """Same side, at most half of what is stored."""
    SAME = "same"
    """Same side, more than half of what is stored."""


@dataclass(frozen=True, slots=True)
class Row:
    """``name`` stands in the event as the rule that decided."""

    name: str
    action: CheckpointAction


TABLE: dict[tuple[CheckpointAction, ConvictionCase], Row] = {
    (STAY, ConvictionCase.SAME): Row("stay", STAY),
    (STAY, ConvictionCase.WEAKER): Row("stay_though_weaker", STAY),
    (STAY, ConvictionCase.NONE): Row("stay_without_conviction_is_reduce", REDUCE),
    (STAY, ConvictionCase.OPPOSITE): Row("stay_against_own_conviction_is_exit", EXIT),
    (REDUCE, ConvictionCase.SAME): Row("reduce_though_convinced", REDUCE),
    (REDUCE, ConvictionCase.WEAKER): Row("reduce", REDUCE),
    (REDUCE, ConvictionCase.NONE): Row("reduce_without_conviction_is_exit", EXIT),
    (REDUCE, ConvictionCase.OPPOSITE): Row("reduce_against_own_conviction_is_exit", EXIT),
    (EXIT, ConvictionCase.SAME): Row("exit_though_convinced", EXIT),
    (EXIT, ConvictionCase.WEAKER): Row("exit_though_weaker", EXIT),
    (EXIT, ConvictionCase.NONE): Row("exit", EXIT),
    (EXIT, ConvictionCase.OPPOSITE): Row("exit_not_flip", EXIT),
    (FLIP, ConvictionCase.OPPOSITE): Row("flip", FLIP),
    (FLIP, ConvictionCase.NONE): Row("flip_without_conviction_is_exit", EXIT),
    (FLIP, ConvictionCase.WEAKER): Row("flip_with_same_side_conviction_is_reduce", REDUCE),
    (FLIP, ConvictionCase.SAME): Row("flip_with_same_side_conviction_is_stay", STAY),
}
"""Never bolder than the more cautious half of what was said, except that a plain EXIT is an exit."""
