"""A week of the rules desk with two what-ifs: another model from the pitches on, a seat left out."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from core.desk.rerun import rerun
from core.types import StoreKind, WeekId
from tests.fakes.desks import Bench, bench, rules_settings

WEEK = WeekId("2024-01-10")
OTHER_MODEL = {"pm.trend.model": "rules/carry"}
LEFT_OUT = {"pm.trend.exclude": "true"}


def two_what_ifs(url: str, kind: StoreKind = StoreKind.SIMULATION) -> tuple[Bench, str, str]:
    """The desk after its second week, and the ids of the two runs; in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_two_what_ifs, url, kind).result()


def _two_what_ifs(url: str, kind: StoreKind) -> tuple[Bench, str, str]:
    made = bench(rules_settings(url), kind=kind)
    made.simulate("2024-01-03", "2024-01-11")
    one = asyncio.run(rerun(made.desk, WEEK, "pitch", OTHER_MODEL))
    other = asyncio.run(rerun(made.desk, WEEK, "peer_review", LEFT_OUT))
    return made, one.run.run_id, other.run.run_id
