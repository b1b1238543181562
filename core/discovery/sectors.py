"""Sectors by symbol, each with the day from which it is known: never one that was not known yet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.discovery.facts import NO_SECTOR
from core.errors import ConfigError

IN_FILE = "file"
"""Who told a sector that stands in config/sectors.csv."""
HEADER = ("symbol", "sector", "known_from")


@dataclass(frozen=True, slots=True)
class SectorRow:
    symbol: str
    sector: str
    known_from: date


@dataclass(frozen=True, slots=True)
class Sectors:
    """What was known on ``day`` (None: nothing yet)."""

    by_symbol: Mapping[str, str]
    day: date | None

    def of(self, symbol: str) -> str | None:
        return self.by_symbol.get(symbol)


def parse_sectors(lines: Iterable[str], name: str) -> tuple[SectorRow, ...]:
    """The rows of ``symbol,sector,known_from``; a wrong line is a ConfigError that names it.

    A symbol may stand there more than once, with different days: it changed its sector.
    """
    rows: list[SectorRow] = []
    reader = csv.reader(line for line in lines if not line.startswith("#"))
    header = next(reader, [])
    if tuple(header) != HEADER:
        raise ConfigError(f"{name}: the first line must be {','.join(HEADER)}")
    for number, cells in enumerate(reader, start=2):
        rows.append(_row(cells, f"{name} entry {number}"))
    return tuple(rows)


def sectors_on(rows: Sequence[SectorRow], day: date) -> Sectors:
    """The newest sector of each symbol that was known on ``day``."""
    known = sorted((row for row in rows if row.known_from <= day), key=lambda row: row.known_from)
    newest = known[-1].known_from if known else None
    return Sectors({row.symbol: row.sector for row in known}, newest)


def told_by(counts: Mapping[str, int], file_day: date | None, asked: date) -> str:
    """Whose sectors a round went by: ``312 config/sectors.csv (known by …), 41 yfinance (…)``."""
    if not counts:  # a round of before says its file's day alone
        return f"config/sectors.csv, known by {file_day}" if file_day else "unknown"
    names = {
        IN_FILE: f"config/sectors.csv (known by {file_day})",
        NO_SECTOR: NO_SECTOR,
    }
    return ", ".join(
        f"{count:,} {names.get(name, f'{name} (asked by {asked})')}"
        for name, count in counts.items()
    )


def _row(cells: Sequence[str], place: str) -> SectorRow:
    if len(cells) != len(HEADER) or not all(cell.strip() for cell in cells):
        raise ConfigError(f"{place}: {','.join(cells)!r} is not symbol,sector,YYYY-MM-DD")
    symbol, sector, day = (cell.strip() for cell in cells)
    try:
        return SectorRow(symbol, sector, date.fromisoformat(day))
    except ValueError as error:
        raise ConfigError(f"{place}: {day!r} is no day, write YYYY-MM-DD") from error
