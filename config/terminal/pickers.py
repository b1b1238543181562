"""What the terminal says of pickers: what their suggestions brought, beside the targets."""

from __future__ import annotations

from dataclasses import asdict

from config.terminal import show
from core.rules.picker_performance import Estimate
from storage.queries.forward_returns import League

HEADS = ("sessions", "picker", "suggested", "above 0", "mean", "against", "traded", "left out")


def performance(league: League, *, as_json: bool = False) -> None:
    """The league and its targets; intervals are of 95 % over days."""
    if as_json:
        show.as_json(
            {
                "days": league.days,
                "pickers": [asdict(one) for one in league.records],
                "targets": [{**asdict(one), "reached": one.reached} for one in league.targets],
                "paper": {picker: points[-1].value for picker, points in league.paper},
            }
        )
        return
    if not league.days:
        show.line(
            "no suggestion's return is known yet: the scheduler measures after "
            "each close, `discovery measure` at once"
        )
        return
    show.line(f"suggestions of {league.days} days, {league.first} to {league.last}")
    show.table(
        HEADS,
        [
            (
                str(one.horizon),
                one.picker.value,
                str(one.suggested),
                estimate(one.hit_rate),
                estimate(one.mean),
                estimate(one.excess),
                estimate(one.traded),
                str(one.holes + one.no_entry + one.splits),
            )
            for one in league.records
        ],
    )
    for one in league.targets:
        found = estimate(Estimate(one.value, one.interval))
        show.line(f"{one.name} > {one.least:.0%}: {found}, {one.reached}")
    for picker, points in league.paper:
        show.line(f"on paper after costs, {picker}: 1 became {points[-1].value:.4f}")


def estimate(one: Estimate) -> str:
    """A fraction in per cent, with its interval where there is one."""
    if one.value is None:
        return "-"
    if one.interval is None:
        return f"{one.value:.2%}"
    return f"{one.value:.2%} [{one.interval.low:.2%}, {one.interval.high:.2%}]"
