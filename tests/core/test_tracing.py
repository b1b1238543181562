"""What is bound reaches every task of the block, and nothing outside it."""

from __future__ import annotations

import asyncio
import re
import threading

from core.tracing import bind, bound, trace_telemetry, traced


def test_names_are_bound_for_the_block_alone():
    with bind(week_id="2026-11-18", run_id=None):
        with bind(run_id="run-1"):
            assert dict(bound()) == {"week_id": "2026-11-18", "run_id": "run-1"}
        assert dict(bound()) == {"week_id": "2026-11-18"}
    assert dict(bound()) == {}


def test_tasks_running_side_by_side_each_keep_their_own():
    async def work(name):
        with bind(job_id=name):
            await asyncio.sleep(0)
            return await asyncio.gather(asyncio.to_thread(bound), asyncio.sleep(0, bound()))

    async def both():
        return await asyncio.gather(work("a"), work("b"))

    found = [[told["job_id"] for told in each] for each in asyncio.run(both())]
    assert found == [["a", "a"], ["b", "b"]]


def test_a_thread_begun_by_hand_has_nothing_bound():
    seen = []
    with bind(job_id="a"):
        thread = threading.Thread(target=lambda: seen.append(dict(bound())))
        thread.start()
        thread.join()
    assert seen == [{}]


def test_a_trace_is_taken_up_before_a_new_one_is_made():
    with traced() as made:
        assert re.fullmatch(r"[0-9a-f]{32}", made)
        with traced() as same:
            assert same == made
        with traced("request-7"):
            assert trace_telemetry() == {"trace_id": "request-7"}
    assert trace_telemetry() == {}
