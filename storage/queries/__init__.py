"""What people ask the store: read-only, frozen rows or frames; an empty store gives empty answers."""

from __future__ import annotations

from storage.projections.runs import RunStatus, StageStatus
from storage.queries.desk import (
    AccountLabel,
    AccountRole,
    DeskFacts,
    LastRun,
    accounts,
    desk_facts,
    last_run,
)
from storage.queries.jobs import JobLine, one_job, open_jobs, recent_jobs
from storage.queries.no_checkpoints import (
    CheckpointEffect,
    Stretch,
    checkpoint_effects,
    no_checkpoints_frame,
)
from storage.queries.portfolio import Holding, equity_frame, holdings
from storage.queries.reader import StoreReader
from storage.queries.standings import CouncilStanding, Standing, council_standing, standings
from storage.queries.week_detail import WeekDetail, week_detail
from storage.queries.week_orders import OrderLine
from storage.queries.weeks import (
    DecisionLine,
    StageLine,
    WeekSummary,
    week_ids,
    week_summaries,
    week_summary,
)

__all__ = [
    "AccountLabel",
    "AccountRole",
    "CheckpointEffect",
    "CouncilStanding",
    "DecisionLine",
    "DeskFacts",
    "Holding",
    "JobLine",
    "LastRun",
    "OrderLine",
    "RunStatus",
    "StageLine",
    "StageStatus",
    "Standing",
    "StoreReader",
    "Stretch",
    "WeekDetail",
    "WeekSummary",
    "accounts",
    "checkpoint_effects",
    "council_standing",
    "desk_facts",
    "equity_frame",
    "holdings",
    "last_run",
    "no_checkpoints_frame",
    "one_job",
    "open_jobs",
    "recent_jobs",
    "standings",
    "week_detail",
    "week_ids",
    "week_summaries",
    "week_summary",
]
