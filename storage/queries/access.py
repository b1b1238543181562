"""Share links and passes: one by its id, or all, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select

from core.access import Role
from core.clock import from_iso
from core.events.access import PassKind
from core.types import WeekId
from storage.projections.access import PassRow, ShareRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

SHARES, PASSES = table_of(ShareRow), table_of(PassRow)
LISTED = 200


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A share link; ``opened`` counts the hours in which somebody opened it. Instants are UTC."""

    share_id: str
    page: str
    week_id: WeekId
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    first_opened_at: datetime | None
    last_opened_at: datetime | None
    opened: int

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class PassLine:
    """A login or a bearer token. Instants are UTC."""

    pass_id: str
    kind: PassKind
    role: Role
    name: str
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


def share(reader: StoreReader, share_id: str) -> ShareLine | None:
    row = reader.first(select(SHARES).where(SHARES.c.share_id == share_id))
    return None if row is None else _share(row)


def shares(reader: StoreReader, limit: int = LISTED) -> tuple[ShareLine, ...]:
    newest = select(SHARES).order_by(SHARES.c.created_at.desc(), SHARES.c.share_id).limit(limit)
    return tuple(map(_share, reader.rows(newest)))


def one_pass(reader: StoreReader, pass_id: str) -> PassLine | None:
    row = reader.first(select(PASSES).where(PASSES.c.pass_id == pass_id))
    return None if row is None else _pass(row)


def passes(reader: StoreReader, limit: int = LISTED) -> tuple[PassLine, ...]:
    newest = select(PASSES).order_by(PASSES.c.issued_at.desc(), PASSES.c.pass_id).limit(limit)
    return tuple(map(_pass, reader.rows(newest)))


def _share(row: RowMapping) -> ShareLine:
    return ShareLine(
        share_id=row["share_id"],
        page=row["page"],
        week_id=WeekId(row["week_id"]),
        created_by=row["created_by"],
        created_at=from_iso(row["created_at"]),
        expires_at=from_iso(row["expires_at"]),
        revoked_at=_at(row["revoked_at"]),
        first_opened_at=_at(row["first_opened_at"]),
        last_opened_at=_at(row["last_opened_at"]),
        opened=row["opened"],
    )


def _pass(row: RowMapping) -> PassLine:
    return PassLine(
        pass_id=row["pass_id"],
        kind=PassKind(row["kind"]),
        role=Role(row["role"]),
        name=row["name"],
        issued_at=from_iso(row["issued_at"]),
        expires_at=from_iso(row["expires_at"]),
        ended_at=_at(row["ended_at"]),
    )


def _at(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
