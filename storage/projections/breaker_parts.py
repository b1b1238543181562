"""The breaker's fold in pieces: one JSON document each, read when it is needed, written when it changed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from storage.projections.writing import Rows

Key = TypeVar("Key", bound=str)
Value = TypeVar("Value")


class BreakerStateRow(SQLModel, table=True):
    """One piece of the state: an account's book, a scope, the prices, the terms."""

    __tablename__ = "breaker_state"

    part: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)


class Pieces(MutableMapping[Key, Value], Generic[Key, Value]):
    """A part of the state by name; what was looked at is compared and stored by `save`."""

    def __init__(self, rows: Rows, part: str, kind: TypeAdapter[Value]) -> None:
        self._rows = rows
        self._part = part
        self._kind = kind
        self._stored: dict[Key, str] = {}
        self._values: dict[Key, Value] = {}
        self._absent: set[Key] = set()
        self._whole = False

    def __getitem__(self, name: Key) -> Value:
        if name not in self._values and name not in self._absent and not self._whole:
            self._load({"part": self._part, "name": name})
            if name not in self._values:
                self._absent.add(name)
        return self._values[name]

    def __setitem__(self, name: Key, value: Value) -> None:
        self._values[name] = value

    def __delitem__(self, name: Key) -> None:
        raise NotImplementedError("a log is never shorter than it was: no piece of its state goes")

    def __iter__(self) -> Iterator[Key]:
        if not self._whole:
            self._load({"part": self._part})
            self._whole = True
        return iter(sorted(self._values))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def save(self) -> None:
        for name, value in self._values.items():
            document = self._kind.dump_json(value).decode()
            if self._stored.get(name) != document:
                row = {"part": self._part, "name": name, "document": document}
                self._rows.put(BreakerStateRow, row)
                self._stored[name] = document

    def _load(self, where: dict[str, str]) -> None:
        for row in self._rows.read(BreakerStateRow, where):
            name = row["name"]
            if name not in self._values:
                self._stored[name] = row["document"]
                self._values[name] = self._kind.validate_json(row["document"])
