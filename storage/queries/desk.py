"""What the store is, who its accounts are, and what was run last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orjson import loads
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.profile import RULES_VENDOR
from core.strategy import MACRO
from core.types import AccountId, StoreKind, WeekId
from storage.projections.desk import DeskRow, SettingsRow
from storage.projections.portfolio_tables import AccountRow
from storage.projections.runs import RunRow, StageRow, StageStatus
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

DESK, SETTINGS = table_of(DeskRow), table_of(SettingsRow)
ACCOUNTS, RUNS, STAGES = table_of(AccountRow), table_of(RunRow), table_of(StageRow)
SIMULATED = "simulated"


class AccountRole(StrEnum):
    PM = "pm"
    COUNCIL = "council"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """``simulated_prices`` when no price in the store was ever traded."""

    kind: StoreKind
    profile: str
    market_source: str
    simulated_prices: bool
    configured_at: datetime


@dataclass(frozen=True, slots=True)
class AccountLabel:
    """How an account is called wherever it is shown; ``model`` is who sits there now."""

    account_id: AccountId
    name: str
    model: str
    role: AccountRole

    @property
    def is_rules(self) -> bool:
        return self.model.startswith(f"{RULES_VENDOR}/")

    @property
    def shown(self) -> str:
        """The name, with ``rules/…`` beside it when no language model sits there."""
        if self.is_rules and self.model not in self.name:
            return f"{self.name} ({self.model})"
        return self.name


@dataclass(frozen=True, slots=True)
class LastRun:
    """``seconds`` is the wall time from start to completion; ``problem`` the failed stage's line."""

    week_id: WeekId
    status: str
    official: bool
    as_of: datetime
    seconds: float | None
    problem: str | None


def desk_facts(reader: StoreReader) -> DeskFacts | None:
    """The newest configuration; None for an empty store."""
    row = reader.first(select(DESK))
    if row is None:
        return None
    return DeskFacts(
        kind=StoreKind(row["kind"]),
        profile=row["profile"],
        market_source=row["market_source"],
        simulated_prices=row["market_source"].casefold().startswith(SIMULATED),
        configured_at=from_iso(row["configured_at"]),
    )


def accounts(reader: StoreReader) -> tuple[AccountLabel, ...]:
    """The council's accounts in order of their number: the PMs, the council, FLAT.

    Another strategy's account is no part of the desk: its own page shows it.
    """
    settings = reader.first(
        select(SETTINGS.c.policy).join(DESK, DESK.c.settings_fingerprint == SETTINGS.c.fingerprint)
    )
    profile = loads(settings["policy"])["profile"] if settings else {}
    roles = {
        profile.get("council_account"): AccountRole.COUNCIL,
        profile.get("flat_account"): AccountRole.FLAT,
    }
    columns = (ACCOUNTS.c.account_id, ACCOUNTS.c.name, ACCOUNTS.c.model)
    rows = reader.rows(select(*columns).where(ACCOUNTS.c.strategy == MACRO))
    return tuple(
        AccountLabel(
            account_id=AccountId(row["account_id"]),
            name=row["name"],
            model=row["model"],
            role=roles.get(row["account_id"], AccountRole.PM),
        )
        for row in sorted(rows, key=_number)
    )


def _number(row: RowMapping) -> tuple[int, str]:
    """``acct_10`` comes after ``acct_9``."""
    account_id: str = row["account_id"]
    return len(account_id), account_id


def last_run(reader: StoreReader) -> LastRun | None:
    """The run started last, official or what-if."""
    row = reader.first(select(RUNS).order_by(RUNS.c.position.desc()).limit(1))
    if row is None:
        return None
    failed = reader.first(
        select(STAGES)
        .where(STAGES.c.run_id == row["run_id"], STAGES.c.status == StageStatus.FAILED)
        .order_by(STAGES.c.position.desc())
        .limit(1)
    )
    return LastRun(
        week_id=WeekId(row["week_id"]),
        status=row["status"],
        official=row["parent_run_id"] is None,
        as_of=from_iso(row["as_of"]),
        seconds=_seconds(row),
        problem=f"{failed['stage']}: {failed['message']}" if failed else None,
    )


def _seconds(row: RowMapping) -> float | None:
    if row["completed_at"] is None:
        return None
    return (from_iso(row["completed_at"]) - from_iso(row["started_at"])).total_seconds()
