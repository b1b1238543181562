"""A provider's limits: counted by the servers, across event loops and threads."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import ExitStack

import pytest

from core.errors import ModelUnavailable
from core.schemas.model_call import Message, ModelAnswer, ModelRequest
from providers.http import HttpPolicy
from providers.llm.limited import LimitedModel, Turns
from providers.llm.openai_compatible import OpenAICompatible
from tests.servers.chat_server import Reply, chat_server, completion


def request(call="pitch/acct_1"):
    return ModelRequest(
        call=call, model="m", messages=(Message(role="user", content="hello"),), timeout_s=20.0
    )


class Counting:
    """A model that notes how many are inside it."""

    def __init__(self, seconds=0.0, fails=False):
        self.inside = self.peak = self.calls = 0
        self.seconds, self.fails = seconds, fails
        self.guard = threading.Lock()
        self.starts = []

    async def complete(self, asked):
        with self.guard:
            self.inside += 1
            self.calls += 1
            self.peak = max(self.peak, self.inside)
            self.starts.append(time.monotonic())
        try:
            await asyncio.sleep(self.seconds)
            if self.fails:
                raise ModelUnavailable("no")
        finally:
            with self.guard:
                self.inside -= 1
        return ModelAnswer(text="hi", served_model="m")


def once_all_are_there(limit):
    """Answers the first calls only when as many as allowed are there, so that none is held back."""
    together = threading.Barrier(limit)

    def answer(body, number):
        if number < limit:
            together.wait(15)
        return Reply(completion("hi"), delay_s=0.01)

    return answer


def test_32_concurrent_calls_to_4_providers_keep_each_providers_limit():
    limits = (1, 2, 3, 8)
    with ExitStack() as stack:
        servers = [stack.enter_context(chat_server(once_all_are_there(limit))) for limit in limits]
        models = [
            LimitedModel(OpenAICompatible(server.url, None, HttpPolicy(), stream=False), limit, 600)
            for server, limit in zip(servers, limits, strict=True)
        ]

        async def all_at_once():
            return await asyncio.gather(*(models[n % 4].complete(request()) for n in range(32)))

        answers = asyncio.run(all_at_once())
    assert [answer.text for answer in answers] == ["hi"] * 32
    assert [len(server.requests) for server in servers] == [8] * 4
    assert [server.peak for server in servers] == list(limits)


def test_the_limit_holds_over_threads_that_each_run_their_own_loop():
    inner = Counting(0.005)
    model = LimitedModel(inner, 3, 10_000)

    def run():
        async def several():
            await asyncio.gather(*(model.complete(request()) for _ in range(5)))

        asyncio.run(several())

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inner.calls, inner.peak, inner.inside) == (30, 3, 0)


def test_a_second_run_on_a_new_loop_finds_every_turn_free():
    model = LimitedModel(Counting(), 1, 10_000)
    for _ in range(3):
        assert asyncio.run(model.complete(request())).text == "hi"


def test_no_more_start_within_a_minute_than_allowed():
    inner = Counting()
    model = LimitedModel(inner, 10, 3, minute_s=0.1)

    async def several():
        await asyncio.gather(*(model.complete(request()) for _ in range(7)))

    asyncio.run(several())
    starts = sorted(inner.starts)
    gaps = [later - first for first, later in zip(starts, starts[3:], strict=False)]
    assert len(starts) == 7
    assert min(gaps) > 0.09


def test_a_failed_call_gives_its_turn_back():
    model = LimitedModel(Counting(fails=True), 1, 10_000)

    async def three_times():
        for _ in range(3):
            with pytest.raises(ModelUnavailable):
                await model.complete(request())

    asyncio.run(asyncio.wait_for(three_times(), 5))


def test_turns_survive_cancelled_waiters_and_holders():
    turns = Turns(2, 10_000)
    entered = []

    async def hold(name, seconds):
        async with turns.turn():
            entered.append(name)
            await asyncio.sleep(seconds)

    async def scene():
        tasks = [asyncio.create_task(hold(n, 30)) for n in range(20)]
        await asyncio.sleep(0.01)
        for task in (*tasks[5:10], *tasks[0:2]):  # waiters, then the holders, whose turns pass on
            task.cancel()
        for task in tasks[2:5]:  # among them those just given a turn but not yet running
            task.cancel()
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(asyncio.gather(hold("a", 0), hold("b", 0), hold("c", 0)), 5)

    asyncio.run(scene())
    assert entered[-3:] == ["a", "b", "c"]


def test_a_waiter_whose_loop_died_is_passed_over():
    turns = Turns(1, 10_000)

    async def hold_for_ever():
        async with turns.turn():
            await asyncio.sleep(30)

    holder, dead = asyncio.new_event_loop(), asyncio.new_event_loop()
    held = holder.create_task(hold_for_ever())
    holder.run_until_complete(asyncio.sleep(0.01))
    waiting = dead.create_task(hold_for_ever())
    dead.run_until_complete(asyncio.sleep(0.01))
    dead.close()  # a run that was torn away without its last words
    held.cancel()
    holder.run_until_complete(asyncio.gather(held, return_exceptions=True))

    async def enter():
        async with turns.turn():
            return True

    assert holder.run_until_complete(asyncio.wait_for(enter(), 5))
    holder.close()
    waiting._log_destroy_pending = False
    del waiting
