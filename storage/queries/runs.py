"""The runs of a week: the official one and its what-ifs, each with what made it different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.job_kinds import PLANNED
from core.types import RunId, WeekId
from storage.projections.runs import RunRow, RunStatus, StageRow, WeekRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

WEEKS, RUNS, STAGES = table_of(WeekRow), table_of(RunRow), table_of(StageRow)
MOST = 60


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of a week; ``number`` is 0 for the official one and counts what-ifs by their start.

    ``overrides`` are what it was asked to change, by key; ``stages`` what it has done itself, each with
    how that ended; ``position`` is its start's place in the log.
    """

    run_id: RunId
    week_id: WeekId
    number: int
    parent_run_id: RunId | None
    from_stage: str | None
    overrides: Mapping[str, str]
    status: RunStatus
    as_of: datetime
    started_at: datetime
    settings_fingerprint: str
    position: int
    stages: Mapping[str, str]

    @property
    def official(self) -> bool:
        return self.number == 0

    def owner(self, stage: str) -> RunId:
        """The run that did this stage: a what-if inherits from its parent what comes before its own."""
        if self.parent_run_id is None or self.from_stage not in PLANNED or stage not in PLANNED:
            return self.run_id
        inherited = PLANNED.index(stage) < PLANNED.index(self.from_stage)
        return self.parent_run_id if inherited else self.run_id


def week_runs(reader: StoreReader, week_id: WeekId) -> tuple[RunLine, ...]:
    """The official run first, then the newest what-ifs in the order of their start; none unclaimed."""
    claimed = reader.first(select(WEEKS.c.run_id).where(WEEKS.c.week_id == week_id))
    if claimed is None:
        return ()
    newest = select(RUNS).where(RUNS.c.week_id == week_id).order_by(RUNS.c.position.desc())
    rows = {row["run_id"]: row for row in reader.rows(newest.limit(MOST))}
    official = claimed["run_id"]
    if official not in rows:
        rows |= {row["run_id"]: row for row in reader.rows(newest.where(RUNS.c.run_id == official))}
    ordered = sorted(rows.values(), key=lambda row: (row["run_id"] != official, row["position"]))
    done = _stages(reader, tuple(rows))
    return tuple(_line(row, place, done) for place, row in enumerate(ordered))


def _stages(reader: StoreReader, runs: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    asked = select(STAGES.c.run_id, STAGES.c.stage, STAGES.c.status)
    for row in reader.rows(asked.where(STAGES.c.run_id.in_(runs)).order_by(STAGES.c.position)):
        found.setdefault(row["run_id"], {})[row["stage"]] = row["status"]
    return found


def _line(row: RowMapping, place: int, stages: Mapping[str, Mapping[str, str]]) -> RunLine:
    parent = row["parent_run_id"]
    return RunLine(
        run_id=RunId(row["run_id"]),
        week_id=WeekId(row["week_id"]),
        number=place,
        parent_run_id=RunId(parent) if parent else None,
        from_stage=row["from_stage"],
        overrides=loads(row["overrides"]),
        status=RunStatus(row["status"]),
        as_of=from_iso(row["as_of"]),
        started_at=from_iso(row["started_at"]),
        settings_fingerprint=row["settings_fingerprint"],
        position=row["position"],
        stages=stages.get(row["run_id"], {}),
    )
