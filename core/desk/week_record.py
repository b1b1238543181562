"""What the log holds of a week for its postmortem: its official run's values, its prices, its positions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from core.desk.desk import Desk
from core.desk.history import WeekHistory
from core.desk.runs import official_run
from core.events.week import (
    ChairmanDecided,
    MarketSnapshotFrozen,
    PeerReviewsCollected,
    PitchesCollected,
    ValueBound,
)
from core.ports import EventStore
from core.rules.account_book import AccountBook, WeekBook
from core.rules.postmortem_exits import Leg
from core.rules.postmortem_scores import WeekRecord
from core.schemas.market import MarketSnapshot
from core.schemas.order import BrokerFill, Purpose
from core.types import WeekId, wednesday

READ: Mapping[str, str] = MappingProxyType(
    {
        MarketSnapshotFrozen.__name__: "snapshot",
        PitchesCollected.__name__: "pitches",
        PeerReviewsCollected.__name__: "reviews",
        ChairmanDecided.__name__: "decision",
    }
)
LEAVING = (Purpose.CHECKPOINT_CLOSE, Purpose.HORIZON, Purpose.MISSED_WEEK, Purpose.FLATTEN)
ZERO = Decimal(0)


def week_record(desk: Desk, week_id: WeekId, days: tuple[date, date]) -> WeekRecord:
    """The week as it stands in the log; ``days`` are its first and last session."""
    after = WeekId((wednesday(week_id) + timedelta(days=7)).isoformat())
    ending = _values(desk.store, after, {MarketSnapshotFrozen.__name__: "snapshot"})
    snapshot: MarketSnapshot | None = ending.get("snapshot")
    found = _values(desk.store, week_id, READ)
    return WeekRecord(**found, ending=snapshot, prices=desk.marks.between(*days))


def _values(store: EventStore, week_id: WeekId, read: Mapping[str, str]) -> dict[str, Any]:
    """The newest value of each kind of the week's official run, by the name ``read`` gives it."""
    run = official_run(store, week_id)
    if run is None:
        return {}
    rows = [row for row in store.read(run.stream) if row.run_id == run.run_id and row.type in read]
    events = {row.type: store.decode(row) for row in rows}
    return {
        read[kind]: event.value for kind, event in events.items() if isinstance(event, ValueBound)
    }


def leg_of(book: AccountBook, week: WeekBook, history: WeekHistory) -> Leg | None:
    """The account's position in its target's direction; None when the target was flat."""
    target = week.target
    if target.instrument is None or not target.direction.sign or week.start is None:
        return None
    own = [fill for fill in history.fills if fill.symbol == target.instrument]
    entries = [fill for fill in own if history.own.get(fill.client_order_id) is Purpose.WEEKLY_OPEN]
    exits = [
        (fill, str(history.own[fill.client_order_id]))
        for fill in own
        if history.own.get(fill.client_order_id) in LEAVING
    ]
    after = book.week if book.week is not week else None
    if after is not None and after.start is not None:
        taken_back = history.closing(after, after.start)
        exits += [(fill, "next_week") for fill in taken_back if fill.symbol == target.instrument]
    against = [one for one in exits if one[0].side.sign == -target.direction.sign]
    return Leg(
        target=target,
        carried=_carried(week, own, history),
        entries=entries,
        exits=[fill for fill, _ in against],
        reasons=[reason for _, reason in against],
        settled=after is not None,
    )


def _carried(week: WeekBook, fills: list[BrokerFill], history: WeekHistory) -> Decimal:
    """Shares of the week before that go on in the same direction, without what was sold at its start."""
    target, start = week.target, week.start
    assert start is not None  # the caller has seen it
    assert target.instrument is not None
    sign = target.direction.sign
    found = start.quantity(target.instrument) * sign
    sold = sum(
        (
            fill.quantity
            for fill in fills
            if history.own.get(fill.client_order_id) is Purpose.WEEKLY_CLOSE
            and fill.side.sign == -sign
        ),
        ZERO,
    )
    return max(found, ZERO) - min(sold, max(found, ZERO))
