"""A worker over a desk of rules whose clock the tests move."""

from __future__ import annotations

from config.alert_watch import alert_watch
from config.worker import Worker
from core.events.system import SlotFinished
from core.types import StoreKind
from tests.fakes.desks import Bench, bench, on, rules_settings

WEEK = "2024-03-13"
EARLY = on(WEEK, "07:00")


def settings_in(folder, store="sqlite://"):
    settings = rules_settings(store)
    own = {"runs": folder / "runs", "exports": folder / "exports"}
    paths = settings.paths.model_copy(update=own)
    return settings.model_copy(update={"paths": paths})


def a_bench(folder, at=EARLY, **more) -> Bench:
    store = more.pop("store", "sqlite://")
    return bench(settings_in(folder, store), at=at, kind=more.pop("kind", StoreKind.REAL), **more)


def worker(made: Bench, **more) -> Worker:
    return Worker(made.settings, made.store, lambda _store: made.desk, **more)


def telling(made: Bench):
    return lambda store, desk: alert_watch(made.settings, store, desk.clock).round


def slots(made: Bench) -> dict[str, str]:
    return {event.slot: event.outcome for event in made.events(SlotFinished)}
