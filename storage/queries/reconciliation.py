"""Broker against ledger, custody by custody: whether they agree, both sides where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.desk.writing import BROKER_STREAM
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from storage.queries.event_filter import EVENTS
from storage.queries.reader import StoreReader

BASELINE, MISMATCH = BrokerBaseline.__name__, ReconciliationMismatch.__name__
RESOLVED, AGREED = MismatchResolved.__name__, AccountsReconciled.__name__


@dataclass(frozen=True, slots=True)
class MismatchLine:
    """Both sides of one open difference: shares, USD or an order's id, as they were said."""

    what: str
    subject: str
    ledger: str
    broker: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """A broker's account and the desk's accounts it holds.

    ``looked_at`` is when both were last found to agree or to differ.
    """

    custody: str
    accounts: tuple[str, ...]
    open: tuple[MismatchLine, ...]
    looked_at: datetime
    resolved: str


def custody_lines(reader: StoreReader) -> tuple[CustodyLine, ...]:
    """Every custody that was ever compared, by its name; the whole agreement counts for each."""
    rows = reader.rows(
        select(EVENTS.c.type, EVENTS.c.payload, EVENTS.c.occurred_at)
        .where(EVENTS.c.stream_id == BROKER_STREAM, EVENTS.c.type.concat("") != AGREED)
        .order_by(EVENTS.c.version)
    )
    agreed = reader.first(
        select(EVENTS.c.occurred_at)
        .where(EVENTS.c.stream_id == BROKER_STREAM, EVENTS.c.type.concat("") == AGREED)
        .order_by(EVENTS.c.version.desc())
        .limit(1)
    )
    known: dict[str, CustodyLine] = {}
    for row in rows:
        _follow(known, row)
    if agreed is not None:
        at = from_iso(agreed["occurred_at"])
        known = {name: _looked(one, at) for name, one in known.items()}
    return tuple(known[name] for name in sorted(known))


def _follow(known: dict[str, CustodyLine], row: RowMapping) -> None:
    said: dict[str, Any] = loads(row["payload"])
    at = from_iso(row["occurred_at"])
    custody = said["custody"] if row["type"] == BASELINE else said["account"]
    before = known.get(custody) or CustodyLine(custody, (), (), at, "")
    accounts = tuple(said.get("accounts") or before.accounts)
    if row["type"] == MISMATCH:
        line = MismatchLine(said["what"], said["subject"], said["ledger"], said["broker"], at)
        known[custody] = CustodyLine(custody, accounts, (*before.open, line), at, "")
    elif row["type"] == RESOLVED:
        words = f"{said['reason']} ({said['by']})"
        known[custody] = CustodyLine(custody, accounts, (), at, words)
    else:
        known[custody] = CustodyLine(custody, accounts, before.open, at, before.resolved)


def _looked(one: CustodyLine, at: datetime) -> CustodyLine:
    return CustodyLine(one.custody, one.accounts, one.open, max(one.looked_at, at), one.resolved)
