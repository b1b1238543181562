"""The daily slot that measures what suggestions brought, for strategies of cycles that are on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from config.settings import Settings
from core.desk.desk import Desk
from core.desk.measuring import ForwardLog, measure_suggestions
from core.desk.slots import Job
from core.desk.strategy_switch import is_on
from core.discovery.ports import WholeMarket
from core.strategy import StrategySpec

NOBODY_DISCOVERS = "no strategy that discovers is on: nothing is measured"


def with_forward_returns(
    desk: Desk, settings: Settings, market: Callable[[StrategySpec], WholeMarket]
) -> Desk:
    """The desk with the slot; ``market`` is asked for a strategy's bars when its turn comes."""
    specs = [
        one
        for one in settings.strategies
        if one.pipeline == "cycle" and one.universe.kind == "discovery"
    ]
    logs = {spec.name: ForwardLog(desk.store, spec) for spec in specs}

    def measure(at: datetime) -> str:
        told = [
            f"{spec.name}: {measure_suggestions(desk, logs[spec.name], market(spec), at)}"
            for spec in specs
            if is_on(desk.store, spec)
        ]
        return "; ".join(told) or NOBODY_DISCOVERS

    return replace(desk, upkeep={**desk.upkeep, Job.FORWARD_RETURNS: measure})
