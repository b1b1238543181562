"""A strategy beside the council in a running scheduler: however slow its cycle, no checkpoint waits."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from config.worker import Worker
from core.desk.strategy_switch import switch_on
from core.events.cycle import CycleStarted
from core.events.system import SlotFinished
from core.strategy import EQUITY
from core.types import StoreKind
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.models import Sleeping

DAY = "2024-03-13"
CHECKPOINT = f"checkpoint/{DAY}/12:00"


def ended(made) -> dict[str, str]:
    return {event.slot: event.outcome for event in made.events(SlotFinished)}


def slow_desk(model):
    """A desk whose equity strategy is on, watches two symbols and asks a model that never answers."""
    made = bench(rules_settings(), at=on(DAY, "10:55"), kind=StoreKind.REAL)
    strategy = replace(
        made.desk.strategy(EQUITY), models=lambda _run: model, watched=lambda *_: ("SPY", "GLD")
    )
    switch_on(made.store, strategy.spec, "a test", "test", on(DAY, "10:55"))
    return replace(made, desk=replace(made.desk, strategies=(strategy,)))


def test_a_cycle_that_takes_an_hour_delays_no_checkpoint():
    model = Sleeping()
    made = slow_desk(model)
    at_work = Worker(made.settings, made.store, lambda _store: made.desk, grace_s=0.1)
    made.at(on(DAY, "11:00"))

    def an_hour_later():
        model.asked.wait(30)
        made.at(on(DAY, "12:01"))
        until = time.monotonic() + 30
        while CHECKPOINT not in ended(made) and time.monotonic() < until:
            time.sleep(0.05)
        at_work.stop()

    person = threading.Thread(target=an_hour_later)
    person.start()
    at_work.run()
    person.join()
    assert model.asked.is_set()
    assert len(made.events(CycleStarted)) == 1
    assert ended(made)[CHECKPOINT] == "done"
    assert not [slot for slot in ended(made) if slot.startswith("cycle/")], "it was under way"
