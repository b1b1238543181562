"""Every event, past tense and frozen; `ALL_EVENTS` is the registry storage decodes with."""

from __future__ import annotations

from core.events import (
    access,
    account,
    alerts,
    approval,
    breaker,
    broker,
    calls,
    conversation,
    cycle,
    discovery,
    forward,
    jobs,
    market,
    memory,
    notes,
    reconciliation,
    scheduling,
    spending,
    strategy,
    system,
    week,
)
from core.events.envelope import Event

ALL_EVENTS: tuple[type[Event], ...] = tuple(
    cls
    for module in (
        system,
        week,
        account,
        approval,
        broker,
        market,
        calls,
        conversation,
        discovery,
        forward,
        spending,
        reconciliation,
        scheduling,
        breaker,
        alerts,
        jobs,
        access,
        notes,
        strategy,
        cycle,
        memory,
    )
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Event) and cls.__module__ == module.__name__
)
