"""What a strategy's evening measures, for whoever asks at another hour."""

from __future__ import annotations

from datetime import datetime

from config.settings import Settings
from config.wiring.discovery import sources_of_strategy
from config.wiring.memory import memory_of
from core.desk.conditions import remember_conditions
from core.desk.desk import Desk
from core.desk.measuring import ForwardLog, measure_suggestions
from core.desk.strategy_ports import Measure
from core.strategy import StrategySpec
from storage.event_store import SqlEventStore


def measure_with(settings: Settings, store: SqlEventStore, spec: StrategySpec) -> Measure | None:
    """Forward returns, the market's conditions, and the memory's index; None where nobody discovers."""
    if spec.universe.kind != "discovery":
        return None

    def measure(desk: Desk, at: datetime) -> str:
        market = sources_of_strategy(settings, desk, spec).market
        told = measure_suggestions(desk, ForwardLog(desk.store, spec), market, at)
        sessions = remember_conditions(desk, at)
        gained = sum(memory_of(settings, store).catch_up().values())
        return f"{told}; conditions of {sessions} sessions; {gained} documents remembered"

    return measure
