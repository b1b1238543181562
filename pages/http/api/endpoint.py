"""An endpoint as data: what it takes, what it answers, who may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, TypeAdapter

from core.access import Visitor, only_operator, only_reader
from core.clock import Clock
from core.errors import CouncilError
from core.schemas.base import Schema
from pages.http.roles import Rule
from storage.queries import StoreReader


class NoSuch(CouncilError):
    """The thing asked for by its address is not there."""


class SetByFile(CouncilError):
    """What is asked to change stands in a file of the desk."""


class NoFields(Schema):
    """Nothing is taken."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: ``query`` and ``body`` are instances of the endpoint's models."""

    reader: StoreReader
    visitor: Visitor
    clock: Clock
    path: Mapping[str, str]
    query: Any
    body: Any

    @property
    def now(self) -> datetime:
        return self.clock.now()


Handle: TypeAlias = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``answer`` is the type of what ``handle`` returns; ``path`` has Starlette's ``{name}`` parts."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    answer: Any
    handle: Handle
    query: type[BaseModel] = NoFields
    body: type[BaseModel] = NoFields
    rule: Rule = only_reader
    status: int = 200

    @property
    def adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.answer)


def get(
    path: str, summary: str, answer: Any, handle: Handle, query: type[BaseModel] = NoFields
) -> Endpoint:
    """A question that every reader may ask."""
    return Endpoint("GET", path, summary, answer, handle, query=query)


def post(
    path: str, summary: str, answer: Any, handle: Handle, body: type[BaseModel] = NoFields
) -> Endpoint:
    """A command of the operator: 202, for it is on record and not yet done."""
    return Endpoint(
        "POST", path, summary, answer, handle, body=body, rule=only_operator, status=202
    )


def found(value: Any, what: str, name: str) -> Any:
    """The value; NoSuch in one line for None."""
    if value is None:
        raise NoSuch(f"there is no {what} {name[:80]!r} in this store")
    return value
