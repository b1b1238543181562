"""The newest alerts, and what became of each on every channel."""

from __future__ import annotations

from sqlalchemy import select

from core.desk.alert_listing import ListedAlert, newest_alerts
from core.desk.alert_log import ALERT_STREAM
from core.events.alerts import AlertRaised
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)


def listed_alerts(reader: StoreReader, limit: int = 20) -> tuple[ListedAlert, ...]:
    """The alerts raised last, newest first; only the end of their stream is read."""
    raised = reader.rows(
        select(EVENTS.c.version)
        .where(EVENTS.c.stream_id == ALERT_STREAM, EVENTS.c.type == AlertRaised.__name__)
        .order_by(EVENTS.c.version.desc())
        .limit(limit)
    )
    log = reader.log()
    if log is None or not raised:
        return ()
    return tuple(newest_alerts(log, limit, raised[-1]["version"] - 1))
