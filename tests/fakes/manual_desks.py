"""Desks that ask before they trade: a real kind of desk, rules models, the simulated broker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.settings import Settings
from core.clock import in_new_york
from core.desk.approval import Word, decide
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job
from core.desk.weekly import WeekRun, run_week
from core.events.account import OrderIntended
from core.policy import ExecutionPolicy
from core.schemas.order import OrderIntent
from core.types import AccountId, StoreKind, WeekId
from tests.fakes.desks import MEMORY, Bench, bench, on, rules_settings

WEEK, NEXT, AFTER, LAST = map(WeekId, ("2024-01-03", "2024-01-10", "2024-01-17", "2024-01-24"))
ALL = "all"


def manual(settings: Settings, expires: Any = "11:00") -> Settings:
    """The same settings with the approval gate."""
    gate = ExecutionPolicy(approval="manual", approval_expires=expires)
    policy = settings.policy.model_copy(update={"execution": gate})
    return settings.model_copy(update={"policy": policy})


def asking(
    store: str = MEMORY,
    overrides: Mapping[str, str] | None = None,
    expires: Any = "11:00",
    **more: Any,
) -> Bench:
    """A real desk in manual mode on the week's Wednesday, 08:00 New York."""
    settings = manual(rules_settings(store, overrides=overrides), expires)
    return bench(settings, kind=StoreKind.REAL, **{"at": on(WEEK), **more})


def trusting(**more: Any) -> Bench:
    """The same desk in auto mode."""
    return bench(rules_settings(), kind=StoreKind.REAL, **{"at": on(WEEK), **more})


def week(made: Bench, week_id: WeekId = WEEK, **more: Any) -> WeekRun:
    return asyncio.run(run_week(made.desk, week_id, **more))


def say(
    made: Bench,
    account: str = ALL,
    *,
    yes: bool = True,
    reason: str = "because",
    week_id: WeekId = WEEK,
    at: datetime | None = None,
) -> tuple[AccountId, ...]:
    """A person's word now, or at ``at``."""
    about = None if account == ALL else AccountId(account)
    word = Word(yes, "a person", reason, about)
    return decide(made.store, week_id, word, at or made.desk.clock.now())


def intents(made: Bench, week_id: WeekId = WEEK) -> list[OrderIntent]:
    found = (event.intent for event in made.events(OrderIntended))
    return [intent for intent in found if intent.week_id == week_id]


def live(made: Bench, until: datetime) -> list[SlotOutcome]:
    """Every slot from now to ``until`` but the week's run."""
    now = made.desk.clock.now()
    slots = made.slots(f"{in_new_york(now):%Y-%m-%d}", f"{in_new_york(until):%Y-%m-%d}")
    return made.run(
        [slot for slot in slots if now < slot.at < until and slot.job is not Job.WEEKLY]
    )
