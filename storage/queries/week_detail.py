"""Everything about one week, as its official run and its accounts have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from orjson import loads
from sqlalchemy import select

from core.schemas.decision import ChairmanDecision
from core.schemas.market import MarketSnapshot
from core.schemas.pitch import Abstention, Pitch
from core.schemas.postmortem import Postmortem
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.risk import AccountRisk
from core.types import AccountId, RunId, WeekId
from storage.projections.checkpoints import PostmortemRow, QuietCheckpointsRow
from storage.projections.council_tables import (
    DecisionRow,
    PitchRow,
    ResearchPackRow,
    ReviewRow,
    SnapshotAssetRow,
    SnapshotRow,
)
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.queries.run_documents import abstentions, documents, risks
from storage.queries.week_orders import OrderLine, conviction_frame, week_orders
from storage.queries.weeks import WeekSummary, week_summary

ASSETS, SNAPSHOTS = table_of(SnapshotAssetRow), table_of(SnapshotRow)
PACKS, POSTMORTEMS = table_of(ResearchPackRow), table_of(PostmortemRow)
QUIET = table_of(QuietCheckpointsRow)


@dataclass(frozen=True, slots=True)
class WeekDetail:
    """What has not happened yet is empty or None: a stage that did not run is not an empty answer.

    ``packs`` by letter. ``path`` is the conviction of each account over the week, and ``quiet`` how
    many of its checkpoints had no new price.
    """

    summary: WeekSummary
    packs: Mapping[str, ResearchOutcome]
    snapshot: MarketSnapshot | None
    pitches: tuple[Pitch, ...]
    abstentions: tuple[Abstention, ...]
    reviews: tuple[PeerReview, ...]
    review_abstentions: tuple[Abstention, ...]
    decision: ChairmanDecision | None
    risk: tuple[AccountRisk, ...]
    orders: tuple[OrderLine, ...]
    path: pd.DataFrame
    quiet: Mapping[AccountId, int]
    postmortem: Postmortem | None


def week_detail(reader: StoreReader, week_id: WeekId) -> WeekDetail | None:
    """None for a week nobody has run."""
    summary = week_summary(reader, week_id)
    if summary is None:
        return None
    run = summary.run_id
    quiet = reader.rows(select(QUIET).where(QUIET.c.week_id == week_id))
    return WeekDetail(
        summary=summary,
        packs=_packs(reader, run),
        snapshot=_snapshot(reader, summary),
        pitches=documents(reader, PitchRow, run, Pitch),
        abstentions=abstentions(reader, run, "pitch"),
        reviews=documents(reader, ReviewRow, run, PeerReview),
        review_abstentions=abstentions(reader, run, "peer_review"),
        decision=next(iter(documents(reader, DecisionRow, run, ChairmanDecision)), None),
        risk=risks(reader, run),
        orders=week_orders(reader, week_id),
        path=conviction_frame(reader, week_id, summary.as_of),
        quiet={AccountId(row["account_id"]): row["slots"] for row in quiet},
        postmortem=_postmortem(reader, week_id),
    )


def _packs(reader: StoreReader, run: RunId) -> Mapping[str, ResearchOutcome]:
    rows = reader.rows(select(PACKS).where(PACKS.c.run_id == run).order_by(PACKS.c.pack))
    return {row["pack"]: ResearchOutcome.model_validate_json(row["document"]) for row in rows}


def _snapshot(reader: StoreReader, summary: WeekSummary) -> MarketSnapshot | None:
    head = reader.first(select(SNAPSHOTS).where(SNAPSHOTS.c.run_id == summary.run_id))
    if head is None:
        return None
    rows = reader.rows(
        select(ASSETS).where(ASSETS.c.run_id == summary.run_id).order_by(ASSETS.c.place)
    )
    assets = [
        {
            **{name: row[name] for name in row if name not in ("run_id", "place")},
            "indicators": loads(row["indicators"]),
            "defects": loads(row["defects"]),
        }
        for row in rows
    ]
    values = {name: head[name] for name in ("as_of", "source", "feed", "adjusted")}
    document = {
        **values,
        "week_id": summary.week_id,
        "absent": loads(head["absent"]),
        "assets": assets,
    }
    return MarketSnapshot.model_validate(document)


def _postmortem(reader: StoreReader, week_id: WeekId) -> Postmortem | None:
    row = reader.first(select(POSTMORTEMS).where(POSTMORTEMS.c.week_id == week_id))
    return None if row is None else Postmortem.model_validate_json(row["document"])
