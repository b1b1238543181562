"""What the terminal says of two configurations of the pickers on the same days."""

from __future__ import annotations

from config.terminal import show
from config.terminal.pickers import estimate
from core.discovery.comparison import estimate_of
from core.events.discovery import PickersCompared
from core.schemas.comparison import ComparedSide, Comparison

HEADS = ("file", "suggested", "counted", "above 0", "mean", "settings")


def told(found: PickersCompared, kept: bool | None, *, as_json: bool = False) -> None:
    """``kept``: whether it is on record now, None where nobody asked for that."""
    one = found.comparison
    if as_json:
        plain = found.model_dump(mode="json", exclude={"settings"})
        show.as_json({**plain, "verdict": one.verdict, "recorded": kept})
        return
    span = f", {one.first_day} to {one.last_day}" if one.days else ""
    show.line(f"{one.days} days compared{span}, {one.left_out} left out; prices {found.source}")
    show.table(HEADS, [_side(side) for side in (one.first, one.second)])
    show.line(_overlap(one))
    show.line(
        f"{one.second.name} less {one.first.name}, paired by day, over {one.horizon} sessions: "
        f"{estimate(estimate_of(one.difference))}"
    )
    if one.differing:
        show.table(
            ("setting", one.first.name, one.second.name),
            [(each.setting, each.first, each.second) for each in one.differing],
        )
    show.line(one.verdict)
    if kept is not None:
        show.line("recorded" if kept else "the very same is on record already")


def _side(side: ComparedSide) -> tuple[str, ...]:
    return (
        side.name,
        str(side.suggested),
        str(side.counted),
        estimate(estimate_of(side.hit_rate)),
        estimate(estimate_of(side.mean)),
        side.fingerprint[:12],
    )


def _overlap(one: Comparison) -> str:
    if not one.either:
        return "neither suggested anything on the same day"
    share = one.shared / one.either
    return f"{one.shared} of {one.either} symbols a day were suggested by both ({share:.0%})"
