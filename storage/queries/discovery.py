"""Discovery for people: a strategy's watchlist, its rounds, what a round suggested, what moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from pydantic import TypeAdapter
from sqlalchemy import select

from core.clock import from_iso
from core.discovery.watchlist import Watchlist
from core.events.discovery import DiscoveryRan, DivergedPair
from core.schemas.suggestion import Pick, Suggestion
from storage.projections.discovery import (
    STATE,
    PickRow,
    RoundRow,
    SuggestionRow,
    WatchlistRow,
    WatchMoveRow,
)
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

ROUNDS, SUGGESTIONS, PICKS = table_of(RoundRow), table_of(SuggestionRow), table_of(PickRow)
LISTS, MOVES = table_of(WatchlistRow), table_of(WatchMoveRow)
PAIRS: TypeAdapter[tuple[DivergedPair, ...]] = TypeAdapter(tuple[DivergedPair, ...])
MOST_ROUNDS, MOST_MOVES = 60, 60


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in a line."""

    round_id: str
    as_of: datetime
    suggested: int
    diverged: int


@dataclass(frozen=True, slots=True)
class RoundDetail:
    """One round whole: what it looked at, what it suggested by rank, where its pickers parted."""

    ran: DiscoveryRan
    event_id: str
    suggestions: tuple[Suggestion, ...]
    parted: tuple[DivergedPair, ...]


@dataclass(frozen=True, slots=True)
class WatchMove:
    """One symbol that came or went; ``by`` is a person or a picker, ``score`` None for a person's word."""

    symbol: str
    at: datetime
    what: str
    by: str
    score: float | None
    reason: str
    event_id: str


def discovering(reader: StoreReader) -> tuple[str, ...]:
    """The strategies that have a watchlist or a round, by name."""
    names = {row["strategy"] for row in reader.rows(select(LISTS.c.strategy))}
    names |= {row["strategy"] for row in reader.rows(select(ROUNDS.c.strategy).distinct())}
    return tuple(sorted(names))


def watchlist(reader: StoreReader, strategy: str) -> Watchlist:
    """The list now; empty before the first round or word."""
    row = reader.first(select(LISTS.c.document).where(LISTS.c.strategy == strategy))
    return Watchlist() if row is None else STATE.validate_python(loads(row["document"]))


def rounds(reader: StoreReader, strategy: str) -> tuple[RoundLine, ...]:
    """The newest MOST_ROUNDS, newest first."""
    found = reader.rows(
        select(ROUNDS.c.round_id, ROUNDS.c.as_of, ROUNDS.c.suggested, ROUNDS.c.diverged)
        .where(ROUNDS.c.strategy == strategy, ROUNDS.c.document != "")
        .order_by(ROUNDS.c.as_of.desc())
        .limit(MOST_ROUNDS)
    )
    return tuple(
        RoundLine(row["round_id"], from_iso(row["as_of"]), row["suggested"], row["diverged"])
        for row in found
    )


def one_round(reader: StoreReader, round_id: str) -> RoundDetail | None:
    """None for a round nobody recorded."""
    row = reader.first(select(ROUNDS).where(ROUNDS.c.round_id == round_id, ROUNDS.c.document != ""))
    if row is None:
        return None
    return RoundDetail(
        ran=DiscoveryRan.model_validate_json(row["document"]),
        event_id=row["event_id"],
        suggestions=_suggestions(reader, round_id),
        parted=PAIRS.validate_json(row["parted"]),
    )


def watch_moves(reader: StoreReader, strategy: str) -> tuple[WatchMove, ...]:
    """The newest MOST_MOVES, newest first."""
    found = reader.rows(
        select(MOVES)
        .where(MOVES.c.strategy == strategy)
        .order_by(MOVES.c.position.desc(), MOVES.c.symbol)
        .limit(MOST_MOVES)
    )
    return tuple(
        WatchMove(
            symbol=row["symbol"],
            at=from_iso(row["at"]),
            what=row["what"],
            by=row["by"],
            score=row["score"],
            reason=row["reason"],
            event_id=row["event_id"],
        )
        for row in found
    )


def _suggestions(reader: StoreReader, round_id: str) -> tuple[Suggestion, ...]:
    picks: dict[str, list[Pick]] = {}
    joined = SUGGESTIONS.c.suggestion_id == PICKS.c.suggestion_id
    for row in reader.rows(
        select(PICKS.c.suggestion_id, PICKS.c.document)
        .join(SUGGESTIONS, joined)
        .where(SUGGESTIONS.c.round_id == round_id)
    ):
        pick = Pick.model_validate_json(row["document"])
        picks.setdefault(row["suggestion_id"], []).append(pick)
    found = reader.rows(
        select(SUGGESTIONS).where(SUGGESTIONS.c.round_id == round_id).order_by(SUGGESTIONS.c.rank)
    )
    return tuple(
        Suggestion(
            suggestion_id=row["suggestion_id"],
            symbol=row["symbol"],
            as_of=from_iso(row["as_of"]),
            rank=row["rank"],
            score=row["score"],
            price=row["price"],
            picks=tuple(sorted(picks[row["suggestion_id"]], key=_in_order)),
        )
        for row in found
    )


def _in_order(pick: Pick) -> int:
    return list(type(pick.picker)).index(pick.picker)
