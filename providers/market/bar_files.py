"""Reads one CSV or Parquet file of daily bars into checked columns, or says what is wrong where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from core.clock import NEW_YORK
from core.errors import BadBars

PRICES = ("open", "high", "low", "close")
NUMBERS = (*PRICES, "volume")
SUFFIXES = (".csv", ".parquet")
EMPTY = ["", "nan", "NaN", "null"]
INDICES = frozenset({"VIX", "VXN", "VVIX", "OVX", "GVZ", "SPX", "NDX", "RUT", "DJI", "TNX"})
"""Computed, not traded: their files need no volume column."""
SYMBOL_FILE = re.compile(r"([A-Za-z][A-Za-z0-9.]{0,9}?)(_daily.*)?")
SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")


@dataclass(frozen=True, slots=True)
class BarFile:
    """One file's rows: ``symbol, day`` (datetime64[D]), five float columns, ``feed``, ``where``.

    ``where`` is the place a person would look: ``SPY.csv line 12``. An empty cell is NaN.
    """

    path: Path
    rows: pd.DataFrame


def read_bar_file(path: Path) -> BarFile | None:
    """The file's rows; None when it has no price column at all, so is not a file of bars.

    Raises BadBars for a file that cannot be read or a cell that cannot be trusted.
    """
    raw = _load(path)
    raw.columns = pd.Index([str(name).strip().lower() for name in raw.columns])
    if not set(PRICES) & set(raw.columns):
        return None
    _check_columns(path, raw)
    first, unit = (2, "line") if path.suffix.lower() == ".csv" else (1, "row")
    where = pd.Series([f"{path.name} {unit} {first + n}" for n in range(len(raw))], dtype=object)
    rows = pd.DataFrame({"where": where, "symbol": _symbols(path, raw, where)})
    rows["day"] = _days(raw["date"], where)
    for name in NUMBERS:
        rows[name] = _floats(raw[name], where) if name in raw.columns else np.nan
    rows["feed"] = raw["source"].astype(str) if "source" in raw.columns else path.name
    return BarFile(path, rows)


def _load(path: Path) -> pd.DataFrame:
    """The cells as they stand: text in CSV, so that a bad one can be quoted."""
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path).reset_index(drop=True)
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, na_values=EMPTY, skip_blank_lines=False
        )
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadBars(
            f"{path.name} cannot be read as {path.suffix[1:]} ({reason}): "
            "replace the file or take it out of the folder"
        ) from error


def _check_columns(path: Path, raw: pd.DataFrame) -> None:
    for name in ("date", *NUMBERS):
        if name in raw.columns or (name == "volume" and _symbol_in_name(path) in INDICES):
            continue
        raise BadBars(
            f"{path.name} has no column {name}: it has {', '.join(raw.columns)}; "
            "bars need date, open, high, low, close, volume, and symbol unless the file is "
            "named after it (SPY.csv)"
        )


def _symbols(path: Path, raw: pd.DataFrame, where: pd.Series) -> pd.Series:
    if "symbol" not in raw.columns:
        return pd.Series([_symbol_in_name(path)] * len(raw), dtype=object)
    symbols = raw["symbol"].astype(object).map(lambda cell: str(cell).strip())
    for cell in symbols.unique():
        if not SYMBOL.fullmatch(cell):
            place = where[symbols == cell].iloc[0]
            raise BadBars(f"{place}, column symbol: {cell!r} is not a ticker, write e.g. SPY")
    return symbols


def _symbol_in_name(path: Path) -> str:
    """``SPY.csv`` and ``vix_daily_2010.csv`` name their symbol; BadBars when the name does not."""
    match = SYMBOL_FILE.fullmatch(path.stem)
    if match is None:
        raise BadBars(
            f"{path.name} has no column symbol and its name is no ticker: "
            "add the column or name the file after its symbol, e.g. SPY.csv"
        )
    return match.group(1).upper()


def _days(cells: pd.Series, where: pd.Series) -> pd.Series:
    """Session dates; an instant with a time zone counts as its New York day."""
    parsed = pd.to_datetime(cells, errors="coerce", format="ISO8601")
    _refuse(cells, parsed.isna(), where, "a date, write 2026-11-18")
    if parsed.dt.tz is not None:
        parsed = parsed.dt.tz_convert(NEW_YORK).dt.tz_localize(None)
    return parsed.dt.normalize()


def _floats(cells: pd.Series, where: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    bad = (numbers.isna() & cells.notna()) | np.isinf(numbers)
    _refuse(cells, bad, where, "a number, correct or remove it")
    return numbers


def _refuse(cells: pd.Series, bad: pd.Series, where: pd.Series, wanted: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad.to_numpy())[0])
        raise BadBars(
            f"{where[row]}, column {cells.name}: {str(cells[row])[:40]!r} is not {wanted}"
        )
