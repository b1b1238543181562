"""The council lab as pages read it: lines, what each week brought each of them, and how weeks differ."""

from __future__ import annotations

import pandas as pd
from pydantic import TypeAdapter
from sqlalchemy import func, select

from core.rules.lab_desk import LabWeek
from core.rules.lab_picks import Picks
from core.rules.votes import WeekKind
from core.types import Money, WeekId
from storage.projections.lab_tables import LabEquityRow, LabWeekRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

LINES, WEEKS = table_of(LabEquityRow), table_of(LabWeekRow)
PicksByLine, MoneyByLine = TypeAdapter(Picks), TypeAdapter(dict[str, Money])


def lab_frame(reader: StoreReader) -> pd.DataFrame:
    """Columns ``line``, ``session`` (datetime64), ``week_id``, ``equity`` in USD, ``coverage`` 0 to 1.

    One row a line and session, in order of session; ``coverage`` is of the line's sessions so far. No
    rows for an empty store.
    """
    columns = [LINES.c[name] for name in ("line", "session", "week_id", "equity", "coverage")]
    rows = reader.rows(select(*columns).order_by(LINES.c.session, LINES.c.line))
    frame = pd.DataFrame([tuple(row.values()) for row in rows], columns=[c.name for c in columns])
    frame["session"] = pd.to_datetime(frame["session"])
    return frame.astype({"equity": float, "coverage": float})


def lab_weeks(reader: StoreReader) -> tuple[LabWeek, ...]:
    """Every week the lines entered, oldest first: its kind, all picks, and what each line began with."""
    return tuple(
        LabWeek(
            week_id=WeekId(row["week_id"]),
            kind=WeekKind(row["kind"]),
            picks=PicksByLine.validate_json(row["picks"]),
            starts=MoneyByLine.validate_json(row["starts"]),
        )
        for row in reader.rows(select(WEEKS).order_by(WEEKS.c.week_id))
    )


def lab_week_kinds(reader: StoreReader) -> dict[WeekId, WeekKind]:
    """The kind of every week, oldest first."""
    rows = reader.rows(select(WEEKS.c.week_id, WEEKS.c.kind).order_by(WEEKS.c.week_id))
    return {WeekId(row["week_id"]): WeekKind(row["kind"]) for row in rows}


def lab_weekly_returns(reader: StoreReader) -> pd.DataFrame:
    """Fractions, one row a week (index ``week_id``) and one column a line; NaN before a line began.

    A week goes from the entry prices of its first session to those of the next week's, exits and their
    costs in the week that held the position; the newest week, not over yet, to its newest mark.
    """
    weeks = lab_weeks(reader)
    starts = pd.DataFrame([week.starts for week in weeks], index=[week.week_id for week in weeks])
    if starts.empty:
        return starts.rename_axis(index="week_id", columns="line")
    worth = starts.astype(float)
    ends = worth.shift(-1)
    ends.iloc[-1] = pd.Series(_newest(reader, "equity"))
    return (ends / worth - 1).rename_axis(index="week_id", columns="line")


def lab_coverage(reader: StoreReader) -> dict[str, float]:
    """Sessions with a price for all a line held, as a share of its sessions, by line."""
    return _newest(reader, "coverage")


def _newest(reader: StoreReader, column: str) -> dict[str, float]:
    newest = select(func.max(LINES.c.session)).scalar_subquery()
    rows = reader.rows(select(LINES.c.line, LINES.c[column]).where(LINES.c.session == newest))
    return {row["line"]: float(row[column]) for row in rows}
