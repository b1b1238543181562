"""The circuit breaker and the kill switch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from core.events.breaker import (
    BreakerReset,
    TradingDisabled,
    TradingEnabled,
)
from core.policy import DeskPolicy
from core.schemas.base import Schema
from core.schemas.breaker import Scope
from pages.http.api.endpoint import Call, Endpoint, get, post
from pages.http.store import commands_store, desk_settings
from storage import control
from storage.queries import StoreReader, desk_facts
from storage.queries.breaker import BreakerBoard, ScopeLine
from storage.queries.trading import Stop, trading_stop

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class Why(Schema):
    """A person's reason, kept with the event."""

    reason: Reason


class WhyStop(Why):
    """With ``flatten`` every position is to be closed."""

    flatten: bool = False


class ScopeReset(Why):
    """``desk``, ``strategy/NAME`` or ``account/ID``."""

    scope: Annotated[Scope, Field(max_length=120)]


@dataclass(frozen=True, slots=True)
class BreakerDocument:
    """Every scope as it measures now, and why no order goes out where none does."""

    trading_stopped: Stop | None
    scopes: tuple[ScopeLine, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """An event that the evaluation wrote: ``BreakerTripped`` or ``BreakerReleased``."""

    type: str
    event: dict[str, JsonValue]


def endpoints() -> list[Endpoint]:
    breaker, trading = "/api/system/circuit-breaker", "/api/system/trading"
    return [
        get(breaker, "Every scope with its gauge and halts", BreakerDocument, _breaker),
        post(f"{breaker}/reset", "End a scope's halts", BreakerReset, _reset, ScopeReset),
        post(f"{breaker}/evaluate", "Halt and release what is due", tuple[Decided, ...], _evaluate),
        post(f"{trading}/disable", "Stop all orders", TradingDisabled, _disable, WhyStop),
        post(f"{trading}/enable", "Let orders go again", TradingEnabled, _enable, Why),
    ]


def _breaker(call: Call) -> BreakerDocument:
    return BreakerDocument(trading_stop(call.reader), _board(call.reader, _policy(call)).scopes())


def _policy(call: Call) -> DeskPolicy:
    return desk_settings(desk_facts(call.reader)).policy


def _board(reader: StoreReader, policy: DeskPolicy) -> BreakerBoard:
    """One a log and policy: it reads on from where it was."""
    return _boards(reader).setdefault(policy.fingerprint(), BreakerBoard(reader, policy))


@cache
def _boards(_reader: StoreReader) -> dict[str, BreakerBoard]:
    return {}


def _reset(call: Call) -> BreakerReset:
    said = call.body
    with commands_store() as store:
        return control.reset_breaker(store, said.scope, said.reason, call.visitor.name, call.clock)


def _evaluate(call: Call) -> tuple[Decided, ...]:
    with commands_store() as store:
        written = control.evaluate_breaker(store, _policy(call))
    return tuple(Decided(type(one).__name__, one.model_dump(mode="json")) for one in written)


def _disable(call: Call) -> TradingDisabled:
    said = call.body
    with commands_store() as store:
        return control.disable_trading(
            store, said.reason, call.visitor.name, call.clock, flatten=said.flatten
        )


def _enable(call: Call) -> TradingEnabled:
    with commands_store() as store:
        return control.enable_trading(store, call.body.reason, call.visitor.name, call.clock)
