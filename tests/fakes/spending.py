"""Prices, requests and budgets for tests of what calls cost."""

from __future__ import annotations

from decimal import Decimal

from core.clock import FixedClock
from core.desk.spending import WeekSpending
from core.events import ALL_EVENTS
from core.prices import Price, PriceList
from core.schemas.model_call import CostSource, Message, ModelAnswer, ModelRequest, Usage
from providers.call_log import CallLog
from storage.event_store import SqlEventStore, open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.week import AS_OF, WEEK, run_spec

TABLE = {
    "vendor/dear": Price(input=Decimal(3), output=Decimal(15), cached=Decimal("0.3")),
    "vendor/dear:online": Price(input=Decimal(3), output=Decimal(15), request=Decimal("0.02")),
    "vendor/cheap": Price(input=Decimal("0.3"), output=Decimal("2.5")),
    "vendor/search": Price(input=Decimal(0), output=Decimal(0), request=Decimal("1.5")),
}


def prices(**more: Price) -> PriceList:
    return PriceList({**TABLE, **more}, lambda model: model.startswith("house/"))


def memory_store() -> SqlEventStore:
    return open_store("sqlite://", registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)


def call_log(store: SqlEventStore) -> CallLog:
    return CallLog(store, run_spec())


def spending(store: SqlEventStore, limit: str | None, listed: PriceList | None = None):
    limit_usd = None if limit is None else Decimal(limit)
    return WeekSpending(store, WEEK, limit_usd, listed or prices(), FixedClock(AS_OF))


def request(call: str = "pitch/acct_1", model: str = "vendor/dear", **more: object) -> ModelRequest:
    fields = {
        "call": call,
        "model": model,
        "messages": (Message(role="user", content="x" * 3_000),),
        "max_tokens": 1_000,
    }
    return ModelRequest(**{**fields, **more})


def answer(
    cost: str | None = None, served: str = "vendor/as-served", prompt: int = 0, completion: int = 0
) -> ModelAnswer:
    """An answer whose provider says what it cost, or says nothing."""
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    if cost is not None:
        billed = {"cost_usd": cost, "cost_source": CostSource.PROVIDER}
        usage = usage.model_copy(update=billed)
    return ModelAnswer(text="{}", served_model=served, usage=usage)


class SayingModel:
    """Gives what ``say(request)`` returns, an answer or an exception to raise."""

    def __init__(self, say, before=None) -> None:
        self.requests: list[ModelRequest] = []
        self._say, self._before = say, before

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        if self._before is not None:
            await self._before(request)
        said = self._say(request)
        if isinstance(said, BaseException):
            raise said
        return said
