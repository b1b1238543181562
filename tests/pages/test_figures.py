"""Every key figure stands in a card with the way to the events it is made of."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.desk.cycles import CycleRequest, run_cycle
from core.schemas.cycle import CycleTrigger
from core.types import StoreKind
from storage.locks import LocalLock
from tests.fakes.desks import bench, on, rules_settings
from tests.pages.test_discovery import desk, look

__all__ = ["desk"]


def without_link(block):
    """The labels of figures whose own container leads to no events; a container holds one figure."""
    children = list(getattr(block, "children", {}).values())
    metrics = [one.label for one in children if getattr(one, "type", "") == "metric"]
    if metrics and not any(label.endswith("Events]") for label in links(block)):
        yield from metrics
    for child in children:
        yield from without_link(child)


def links(block):
    for child in getattr(block, "children", {}).values():
        if getattr(child, "type", "") == "page_link":
            yield child.proto.label
        yield from links(child)


def check_figures(app, least: int) -> None:
    assert len(app.metric) >= least
    assert list(without_link(app.main)) == []


@pytest.mark.parametrize(
    "page", ["overview", "accounts", "conviction", "postmortem", "operations", "strategies"]
)
def test_the_councils_figures_lead_to_their_events(show, simulated, page):
    check_figures(show(page), 4)


def test_figures_of_discovery_and_memory_lead_to_their_events(show, desk):
    look(desk, 0, "SA")
    check_figures(show("discovery"), 4)
    check_figures(show("memory"), 4)


def test_figures_of_a_cycle_lead_to_its_events(show, store_at):
    made = bench(rules_settings(), store_at, at=on("2024-01-10", "11:00"), kind=StoreKind.DEMO)
    own = replace(made.desk, lock=LocalLock())
    request = CycleRequest("test", CycleTrigger.MANUAL, ("SPY", "QQQ"))
    asyncio.run(run_cycle(own, own.strategies[0], request))
    check_figures(show("cycle"), 4)
