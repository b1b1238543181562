"""Strategies and their capital: how each stands, its switch, what a person gives it or takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from core.access import only_operator
from core.desk.capital import Transfer
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.schemas.base import Schema
from core.strategy import StrategySpec
from pages.http.api.endpoint import Call, Endpoint, NoFields, SetByFile, found, get, post
from pages.http.api.fields import Limit
from pages.http.api.system import Reason, Why
from pages.http.store import commands_store, desk_settings
from storage import control
from storage.queries import desk_facts
from storage.queries.capital import CapitalEntry, capital_entries
from storage.queries.strategies import StrategyLine, strategy_lines

FILE = (
    "strategies are defined in config/strategies.yaml: write it there and start the desk again; "
    "PUT /api/strategies/{name} switches one on or off"
)


class Switched(Schema):
    """What of a strategy can be changed here; the rest stands in config/strategies.yaml."""

    enabled: bool = Field(strict=True)
    reason: Reason


class Wish(BaseModel):
    """Taken and not read: the answer is the same for every strategy."""


class Capital(Schema):
    """``amount`` in USD to the cent, positive either way; as text it stays exact."""

    strategy: Annotated[str, Field(max_length=30)]
    kind: Literal["deposit", "withdrawal"]
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
    reason: Reason


class Entries(Schema):
    strategy: Annotated[str, Field(max_length=30)] | None = None
    limit: Limit = 50


def endpoints() -> list[Endpoint]:
    every, one, line = "/api/strategies", "/api/strategies/{name}", StrategyLine
    lines, entries = tuple[StrategyLine, ...], tuple[CapitalEntry, ...]
    moved = CapitalDeposited | CapitalWithdrawn
    return [
        get(every, "Every strategy, its switch and how it stands", lines, _every),
        get(one, "One strategy", line, _one),
        Endpoint("PUT", one, "Switch it on or off", line, _put, NoFields, Switched, only_operator),
        post(f"{one}/enable", "Its slots run from the next one on", line, _enable, Why),
        post(f"{one}/disable", "Nothing new of it begins", line, _disable, Why),
        _never("POST", every, "409 always: config/strategies.yaml makes strategies"),
        _never("DELETE", one, "409 always: config/strategies.yaml ends them"),
        get("/api/capital", "Given, taken and realised, newest first", entries, _entries, Entries),
        post("/api/capital", "Give a strategy money, or take some", moved, _move, Capital),
    ]


def _never(method: Literal["POST", "DELETE"], path: str, summary: str) -> Endpoint:
    """What a client may expect under such an address, answered in words."""
    body = Wish if method == "POST" else NoFields
    return Endpoint(method, path, summary, None, _refuse, NoFields, body, only_operator)


def _refuse(_call: Call) -> None:
    raise SetByFile(FILE)


def _specs(call: Call) -> tuple[StrategySpec, ...]:
    return desk_settings(desk_facts(call.reader)).strategies


def _every(call: Call) -> tuple[StrategyLine, ...]:
    return strategy_lines(call.reader, _specs(call))


def _one(call: Call) -> StrategyLine:
    (line,) = strategy_lines(call.reader, [_spec(call, call.path["name"])])
    return line


def _spec(call: Call, name: str) -> StrategySpec:
    known = {spec.name: spec for spec in _specs(call)}
    spec: StrategySpec = found(known.get(name), "strategy", name)
    return spec


def _put(call: Call) -> StrategyLine:
    return _switch(call, on=call.body.enabled)


def _enable(call: Call) -> StrategyLine:
    return _switch(call, on=True)


def _disable(call: Call) -> StrategyLine:
    return _switch(call, on=False)


def _switch(call: Call, *, on: bool) -> StrategyLine:
    """Said twice it is said once: the line tells whose word stands."""
    spec = _spec(call, call.path["name"])
    say = control.enable_strategy if on else control.disable_strategy
    with commands_store() as store:
        say(store, spec, call.body.reason, call.visitor.name, call.clock)
    return _one(call)


def _entries(call: Call) -> tuple[CapitalEntry, ...]:
    name = call.query.strategy
    if name is not None:
        _spec(call, name)
    return capital_entries(call.reader, name, call.query.limit)


def _move(call: Call) -> CapitalDeposited | CapitalWithdrawn:
    asked: Capital = call.body
    spec = _spec(call, asked.strategy)
    transfer = Transfer(asked.amount, asked.reason, call.visitor.name)
    with commands_store() as store:
        if asked.kind == "deposit":
            return control.deposit_capital(store, spec, transfer, call.clock)
        return control.withdraw_capital(store, spec, transfer, call.clock)
