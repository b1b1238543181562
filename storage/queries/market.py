"""The market as the log knows it: newest marks, frozen indicators, and the planned sessions' hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from orjson import loads
from pydantic import JsonValue
from sqlalchemy import select

from core.clock import from_iso, iso
from core.desk.slots import CLOSE, FILLS_AFTER_CLOSE, FILLS_AFTER_OPEN, OPEN, Job
from core.types import WeekId
from storage.projections.council_tables import SnapshotAssetRow
from storage.projections.portfolio_tables import MarkRow
from storage.projections.runs import WeekRow
from storage.projections.schedule import PlannedSlotRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

MARKS, ASSETS, WEEKS = table_of(MarkRow), table_of(SnapshotAssetRow), table_of(WeekRow)
PLANNED = table_of(PlannedSlotRow)


@dataclass(frozen=True, slots=True)
class RecordedQuote:
    """The newest recorded close of an asset, USD a share; no vendor is asked."""

    symbol: str
    price: Decimal
    session: date
    source: str
    feed: str


@dataclass(frozen=True, slots=True)
class FrozenAsset:
    """An asset as a week froze it; ``indicators`` by name, in their own units."""

    week_id: WeekId
    symbol: str
    session: date
    price: Decimal
    indicators: JsonValue
    defects: JsonValue


@dataclass(frozen=True, slots=True)
class MarketHours:
    """The session that is open, or the next one; None where no scheduler has planned one yet."""

    is_open: bool | None
    session: date | None
    opens: datetime | None
    closes: datetime | None


def recorded_quotes(reader: StoreReader) -> tuple[RecordedQuote, ...]:
    """By symbol; empty before the first mark."""
    return tuple(
        RecordedQuote(
            symbol=row["symbol"],
            price=Decimal(row["price"]),
            session=date.fromisoformat(row["session"]),
            source=row["source"],
            feed=row["feed"],
        )
        for row in reader.rows(select(MARKS).order_by(MARKS.c.symbol))
    )


def frozen_assets(reader: StoreReader, week_id: WeekId) -> tuple[FrozenAsset, ...]:
    """What the week's official run froze, in the order of its universe; empty before it did."""
    asked = (
        select(ASSETS)
        .join(WEEKS, WEEKS.c.run_id == ASSETS.c.run_id)
        .where(WEEKS.c.week_id == week_id)
        .order_by(ASSETS.c.place)
    )
    return tuple(
        FrozenAsset(
            week_id=week_id,
            symbol=row["symbol"],
            session=date.fromisoformat(row["session"]),
            price=Decimal(row["price"]),
            indicators=loads(row["indicators"]),
            defects=loads(row["defects"]),
        )
        for row in reader.rows(asked)
    )


def market_hours(reader: StoreReader, now: datetime) -> MarketHours:
    """From the slots that a scheduler planned around each session's open and close."""
    planned = (
        select(PLANNED.c.session, PLANNED.c.label, PLANNED.c.at)
        .where(PLANNED.c.job == Job.FILLS.value, PLANNED.c.label.in_((OPEN, CLOSE)))
        .where(PLANNED.c.at > iso(now - FILLS_AFTER_CLOSE))
        .order_by(PLANNED.c.at)
        .limit(4)
    )
    closes = None
    for row in reader.rows(planned):
        if row["label"] == CLOSE and from_iso(row["at"]) - FILLS_AFTER_CLOSE > now:
            closes = row
            break
    if closes is None:
        return MarketHours(None, None, None, None)
    opened = reader.first(
        select(PLANNED.c.at).where(
            PLANNED.c.job == Job.FILLS.value,
            PLANNED.c.label == OPEN,
            PLANNED.c.session == closes["session"],
        )
    )
    opens = from_iso(opened["at"]) - FILLS_AFTER_OPEN if opened else None
    ends = from_iso(closes["at"]) - FILLS_AFTER_CLOSE
    return MarketHours(
        is_open=None if opens is None else opens <= now < ends,
        session=date.fromisoformat(closes["session"]),
        opens=opens,
        closes=ends,
    )
