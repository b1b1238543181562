"""The council lab as pages read it: lines, what each week brought each of them, and how weeks differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from orjson import loads
from pydantic import TypeAdapter
from sqlalchemy import func, select

from core.market import Floats
from core.rules.lab_desk import LabWeek
from core.rules.lab_picks import Picks
from core.rules.lab_record import LabHistory, TrackWeeks, place
from core.rules.lab_tracks import FROM_THE_START, Lineages, Tenure, Track, tenures, tracks
from core.rules.votes import WeekKind
from core.types import AccountId, Money, WeekId
from storage.projections.lab_tables import LabEquityRow, LabWeekRow
from storage.projections.portfolio_tables import SeatModelRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountRole, accounts
from storage.queries.reader import StoreReader

LINES, WEEKS, SEATS = table_of(LabEquityRow), table_of(LabWeekRow), table_of(SeatModelRow)
PicksByLine, MoneyByLine = TypeAdapter(Picks), TypeAdapter(dict[str, Money])
COUNTS = ("sessions", "priced", "closed")


@dataclass(frozen=True, slots=True, eq=False)
class CouncilRecord:
    """The council's record under one chairman's model; ``changes`` are the PMs' within it."""

    tenure: Tenure
    history: LabHistory
    changes: tuple[tuple[AccountId, Tenure], ...]


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
    rows = reader.rows(select(WEEKS.c.week_id, WEEKS.c.starts).order_by(WEEKS.c.week_id))
    starts = pd.DataFrame([loads(row["starts"]) for row in rows], [row["week_id"] for row in rows])
    if starts.empty:
        return starts.rename_axis(index="week_id", columns="line")
    worth = starts.astype(float).sort_index(axis=1)
    ends = worth.shift(-1)
    ends.iloc[-1] = pd.Series(_newest_equity(reader))
    return (ends / worth - 1).rename_axis(index="week_id", columns="line")


def lab_lineages(reader: StoreReader) -> Lineages:
    """Who sat at each account from when to when."""
    seated: dict[AccountId, list[tuple[WeekId, str]]] = defaultdict(list)
    for row in reader.rows(select(SEATS)):
        seated[AccountId(row["account_id"])].append((WeekId(row["since_week"]), row["model"]))
    return {account: tenures(found) for account, found in sorted(seated.items())}


def council_records(reader: StoreReader) -> tuple[CouncilRecord, ...]:
    """One record for each model the chairman has been, the newest first; none before a week is over.

    The newest week is left out until the next has begun: its exits are not paid yet.
    """
    returns = lab_weekly_returns(reader).iloc[:-1]
    lineages, council = lab_lineages(reader), _council(reader)
    if returns.empty or council is None:
        return ()
    kinds, counts = lab_week_kinds(reader), _counts(reader, returns)
    whole = Tenure("", FROM_THE_START, None)
    return tuple(
        CouncilRecord(tenure, history, tuple(_changes(lineages, council, tenure)))
        for tenure in reversed(lineages.get(council, (whole,)))
        if (history := _history(returns, counts, kinds, (tenure, lineages, council))).weeks
    )


def _history(
    returns: pd.DataFrame,
    counts: Mapping[str, pd.DataFrame],
    kinds: Mapping[WeekId, WeekKind],
    whose: tuple[Tenure, Lineages, AccountId],
) -> LabHistory:
    tenure, lineages, council = whose
    weeks = tuple(WeekId(week) for week in returns.index if tenure.holds(WeekId(week)))
    found = returns.loc[list(weeks)]
    parts = [counts[name].loc[list(weeks)] for name in COUNTS]
    return LabHistory(
        weeks,
        tuple(kinds[week] for week in weeks),
        tuple(
            TrackWeeks(
                track, _own(found, track, weeks), *(_values(one, track.line) for one in parts)
            )
            for track in tracks(sorted(returns.columns, key=place), lineages, council, weeks)
        ),
    )


def _own(returns: pd.DataFrame, track: Track, weeks: Sequence[WeekId]) -> Floats:
    """The line's returns in the weeks of the track's model alone."""
    found = _values(returns, track.line).copy()
    if track.tenure is not None:
        found[[not track.tenure.holds(week) for week in weeks]] = np.nan
    return found


def _values(frame: pd.DataFrame, line: str) -> Floats:
    return frame[line].to_numpy(dtype=np.float64)


def _changes(
    lineages: Lineages, council: AccountId, tenure: Tenure
) -> Iterator[tuple[AccountId, Tenure]]:
    for account, held in lineages.items():
        for one in held[1:]:
            if account != council and tenure.holds(one.since) and one.since > tenure.since:
                yield account, one


def _counts(reader: StoreReader, returns: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    """Sessions, sessions with prices and closed trades of each week and line, like ``returns``."""
    sums = (func.max(LINES.c.priced_sessions), func.max(LINES.c.closed_trades))
    rows = reader.rows(
        select(
            LINES.c.line,
            LINES.c.week_id,
            *(one.label(name) for one, name in zip((func.count(), *sums), COUNTS, strict=True)),
        ).group_by(LINES.c.line, LINES.c.week_id)
    )
    columns = ["line", "week_id", *COUNTS]
    frame = pd.DataFrame([tuple(row.values()) for row in rows], columns=columns)
    wide = {
        name: frame.pivot_table(index="week_id", columns="line", values=name) for name in COUNTS
    }
    for name in ("priced", "closed"):
        wide[name] = wide[name].ffill().diff().fillna(wide[name])
    return {
        name: one.reindex(index=returns.index, columns=returns.columns).fillna(0.0)
        for name, one in wide.items()
    }


def _council(reader: StoreReader) -> AccountId | None:
    found = (one.account_id for one in accounts(reader) if one.role is AccountRole.COUNCIL)
    return next(found, None)


def _newest_equity(reader: StoreReader) -> dict[str, float]:
    """USD of each line at the newest session's close."""
    newest = select(func.max(LINES.c.session)).scalar_subquery()
    rows = reader.rows(select(LINES.c.line, LINES.c.equity).where(LINES.c.session == newest))
    return {row["line"]: float(row["equity"]) for row in rows}
