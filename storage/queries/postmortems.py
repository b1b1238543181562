"""What was written of a closed week beside its scores: a model's words, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.clock import from_iso
from core.schemas.postmortem import PostmortemTold
from core.types import WeekId
from storage.projections.checkpoints import PostmortemRow, PostmortemTextRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

TEXTS, REPORTS = table_of(PostmortemTextRow), table_of(PostmortemRow)


@dataclass(frozen=True, slots=True)
class WeekText:
    """``told`` by ``model`` at that instant; None where its call failed, and why."""

    model: str
    at: datetime
    told: PostmortemTold | None
    failed_because: str


def newest_postmortem(reader: StoreReader) -> WeekId | None:
    """The newest week of which one was written, provisional or final."""
    row = reader.first(select(func.max(REPORTS.c.week_id).label("newest")))
    return WeekId(row["newest"]) if row is not None and row["newest"] else None


def week_text(reader: StoreReader, week_id: WeekId) -> WeekText | None:
    """None where no model was asked: the week is not closed, or its chairman is a rule."""
    row = reader.first(select(TEXTS).where(TEXTS.c.week_id == week_id))
    if row is None:
        return None
    told = PostmortemTold.model_validate_json(row["document"]) if row["document"] else None
    return WeekText(row["model"], from_iso(row["written_at"]), told, row["failed_because"])
