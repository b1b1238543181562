"""All lines of the council lab together: when a decided week is entered, and one session lived through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_lines import LabBook, borrowed, closes_of, entered, entry_prices, lived
from core.rules.lab_picks import (
    PM,
    WITHOUT,
    Board,
    Picks,
    Tradable,
    chairmans,
    exposure,
    lab_picks,
)
from core.rules.shadow_book import ZERO, Purse
from core.rules.votes import PART, Choice, Council, Voice, WeekKind, kind_of
from core.schemas.decision import DecisionOrigin
from core.types import Money, WeekId


@dataclass(frozen=True, slots=True)
class Deliberation:
    """What a run has come to so far; no ``chair`` before the chairman decided."""

    week_id: WeekId
    as_of: datetime
    assets: Mapping[str, Tradable] = field(default_factory=dict)
    voices: tuple[Voice, ...] = ()
    chair: Choice | None = None
    origin: DecisionOrigin = DecisionOrigin.CHAIRMAN


@dataclass(frozen=True, slots=True)
class LabDesk:
    """Every line's book by name, the week they are in, and the chairman's exposure in weeks so far."""

    books: Mapping[str, LabBook] = field(default_factory=dict)
    week_id: WeekId | None = None
    weeks: int = 0
    exposures: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LabWeek:
    """A week as it is entered; ``starts`` is what each line is worth where the last week ends (USD)."""

    week_id: WeekId
    kind: WeekKind
    picks: Picks
    starts: Mapping[str, Money]


def marked(
    desk: LabDesk, found: Deliberation | None, event: UniverseMarked, terms: RiskLimits
) -> tuple[LabDesk, LabWeek | None]:
    """The desk at a session's close, in ``found``'s week if that is decided, newer and not too late."""
    desk, week = _entered(desk, found, event, terms)
    closes = closes_of(event)
    books = {line: lived(book, closes, terms) for line, book in desk.books.items()}
    return replace(desk, books=books), week


def charged(desk: LabDesk, event: UniverseMarked, terms: RiskLimits) -> LabDesk:
    """After the mark: the session's borrow of every short."""
    closes = closes_of(event)
    books = {line: borrowed(book, closes, terms) for line, book in desk.books.items()}
    return replace(desk, books=books)


def _entered(
    desk: LabDesk, found: Deliberation | None, event: UniverseMarked, terms: RiskLimits
) -> tuple[LabDesk, LabWeek | None]:
    if found is None or found.chair is None or found.week_id <= (desk.week_id or ""):
        return desk, None
    entries = entry_prices(event, found.as_of)
    if entries is None:
        return desk, None
    council = Council(found.week_id, found.voices, found.chair, found.origin)
    board = Board(found.assets, terms)
    exposures = desk.exposures + exposure(chairmans(council, board))
    average = (exposures / (desk.weeks + 1)).quantize(PART, ROUND_DOWN)
    picks = lab_picks(council, board, average)
    books, starts = _taken_up(desk, picks, board, entries)
    desk = LabDesk(books, found.week_id, desk.weeks + 1, exposures)
    return desk, LabWeek(found.week_id, kind_of(council), picks, starts)


def _taken_up(
    desk: LabDesk, picks: Picks, board: Board, entries: Mapping[str, Decimal]
) -> tuple[dict[str, LabBook], dict[str, Money]]:
    """Every line in its new week: a PM that is silent stays flat, a benchmark without prices as it is."""
    new = {line: LabBook(Purse(board.risk.starting_cash)) for line in picks}
    prices = {symbol: asset.price for symbol, asset in board.assets.items()}
    books: dict[str, LabBook] = {}
    starts: dict[str, Money] = {}
    for line, book in sorted({**new, **desk.books}.items()):
        mine = picks.get(line, () if line.startswith((PM, WITHOUT)) else None)
        if mine is None:
            books[line], starts[line] = book, book.worth()
        else:
            books[line], starts[line] = entered(book, mine, prices, entries, board.risk)
    return books, starts
