"""Discovery as it stands: its rounds, what each suggested with every picker's word, and the watchlist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orjson import loads
from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Text
from sqlmodel import Field, SQLModel

from core.discovery.watchlist import Watchlist, apply
from core.events.discovery import (
    SymbolExcluded,
    SymbolIncluded,
    SymbolReleased,
    WatchlistChanged,
)
from core.events.envelope import Event, StoredEvent
from storage.projections.writing import Rows, TableProjection, as_text

STATE: TypeAdapter[Watchlist] = TypeAdapter(Watchlist)
WORDS: Mapping[str, tuple[type[Event], str]] = {
    "SymbolIncluded": (SymbolIncluded, "included"),
    "SymbolExcluded": (SymbolExcluded, "excluded"),
    "SymbolReleased": (SymbolReleased, "released"),
}


class RoundRow(SQLModel, table=True):
    """One round: ``document`` is its ``DiscoveryRan``, ``parted`` the pairs its pickers parted on."""

    __tablename__ = "discovery_rounds"
    __table_args__ = (Index("ix_discovery_rounds_strategy_as_of", "strategy", "as_of"),)

    round_id: str = Field(sa_column=Column(Text, primary_key=True))
    strategy: str = Field(sa_type=Text)
    as_of: str = Field(sa_type=Text)
    event_id: str = Field(sa_type=Text)
    suggested: int = Field(sa_column=Column(Integer, nullable=False))
    diverged: int = Field(sa_column=Column(Integer, nullable=False))
    document: str = Field(sa_type=Text)
    parted: str = Field(sa_type=Text)


class SuggestionRow(SQLModel, table=True):
    """One suggestion; ``price`` in USD is the last close known then."""

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("ix_suggestions_strategy_as_of", "strategy", "as_of"),
        Index("ix_suggestions_round_id", "round_id"),
    )

    suggestion_id: str = Field(sa_column=Column(Text, primary_key=True))
    round_id: str = Field(sa_type=Text)
    strategy: str = Field(sa_type=Text)
    symbol: str = Field(sa_type=Text)
    as_of: str = Field(sa_type=Text)
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    score: float = Field(sa_column=Column(Float(53), nullable=False))
    price: float = Field(sa_column=Column(Float(53), nullable=False))


class PickRow(SQLModel, table=True):
    """What one picker said of a suggested symbol; ``document`` is the whole pick."""

    __tablename__ = "suggestion_picks"

    suggestion_id: str = Field(sa_column=Column(Text, primary_key=True))
    picker: str = Field(sa_column=Column(Text, primary_key=True))
    picked: bool = Field(sa_column=Column(Boolean, nullable=False))
    score: float = Field(sa_column=Column(Float(53), nullable=False))
    document: str = Field(sa_type=Text)


class WatchlistRow(SQLModel, table=True):
    """A strategy's list as folded so far; ``document`` holds entries and people's words."""

    __tablename__ = "watchlists"

    strategy: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)


class WatchMoveRow(SQLModel, table=True):
    """One symbol that came or went, or was spoken of; ``by`` is a person's name or a picker's."""

    __tablename__ = "watch_moves"
    __table_args__ = (Index("ix_watch_moves_strategy_position", "strategy", "position"),)

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    strategy: str = Field(sa_type=Text)
    at: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    score: float | None = Field(default=None, sa_column=Column(Float(53)))
    reason: str = Field(sa_type=Text)
    event_id: str = Field(sa_type=Text)


def _ran(rows: Rows, event: StoredEvent) -> None:
    said: dict[str, Any] = event.payload
    known = _round(rows, said, event)
    rows.put(RoundRow, {**known, "event_id": event.event_id, "document": as_text(said)})


def _suggested(rows: Rows, event: StoredEvent) -> None:
    said: dict[str, Any] = event.payload
    found = said["suggestions"]
    rows.put(RoundRow, {**_round(rows, said, event), "suggested": len(found)})
    rows.put(
        SuggestionRow,
        *(
            {
                **{
                    name: one[name]
                    for name in ("suggestion_id", "symbol", "rank", "score", "price")
                },
                "round_id": said["round_id"],
                "strategy": said["strategy"],
                "as_of": event.occurred_at,
            }
            for one in found
        ),
    )
    rows.put(
        PickRow,
        *(
            {
                "suggestion_id": one["suggestion_id"],
                **{name: pick[name] for name in ("picker", "picked", "score")},
                "document": as_text(pick),
            }
            for one in found
            for pick in one["picks"]
        ),
    )


def _parted(rows: Rows, event: StoredEvent) -> None:
    said: dict[str, Any] = event.payload
    pairs = said["pairs"]
    known = _round(rows, said, event)
    rows.put(RoundRow, {**known, "diverged": len(pairs), "parted": as_text(pairs)})


def _round(rows: Rows, said: Mapping[str, Any], event: StoredEvent) -> dict[str, Any]:
    """The round's row so far: its events come one after the other."""
    held = rows.read(RoundRow, {"round_id": said["round_id"]})
    if held:
        return held[0]
    return {
        "round_id": said["round_id"],
        "strategy": said["strategy"],
        "as_of": event.occurred_at,
        "event_id": event.event_id,
        "suggested": 0,
        "diverged": 0,
        "document": "",
        "parted": "[]",
    }


def _changed(rows: Rows, event: StoredEvent) -> None:
    said = WatchlistChanged.model_validate(event.payload)
    _fold(rows, said.strategy, said)
    moves = [("added", one) for one in said.added] + [("removed", one) for one in said.removed]
    rows.put(
        WatchMoveRow,
        *(
            _move(event, said.strategy, one.symbol, what, one.source.value, one.score, one.reason)
            for what, one in moves
        ),
    )


def _spoken(rows: Rows, event: StoredEvent) -> None:
    kind, what = WORDS[event.type]
    said: Any = kind.model_validate(event.payload)
    _fold(rows, said.strategy, said)
    rows.put(
        WatchMoveRow, _move(event, said.strategy, said.symbol, what, said.by, None, said.reason)
    )


def _fold(rows: Rows, strategy: str, said: Event) -> None:
    held = rows.read(WatchlistRow, {"strategy": strategy})
    state = STATE.validate_python(loads(held[0]["document"])) if held else Watchlist()
    document = as_text(STATE.dump_python(apply(state, said), mode="json"))
    rows.put(WatchlistRow, {"strategy": strategy, "document": document})


def _move(  # noqa: PLR0913, PLR0917 - a row has these columns
    event: StoredEvent,
    strategy: str,
    symbol: str,
    what: str,
    by: str,
    score: float | None,
    reason: str,
) -> dict[str, Any]:
    return {
        "position": event.position,
        "symbol": symbol,
        "strategy": strategy,
        "at": event.occurred_at,
        "what": what,
        "by": by,
        "score": score,
        "reason": reason,
        "event_id": event.event_id,
    }


DISCOVERY = TableProjection(
    "discovery",
    (RoundRow, SuggestionRow, PickRow, WatchlistRow, WatchMoveRow),
    {
        "DiscoveryRan": _ran,
        "SymbolsSuggested": _suggested,
        "PickersDiverged": _parted,
        "WatchlistChanged": _changed,
        **dict.fromkeys(WORDS, _spoken),
    },
)
