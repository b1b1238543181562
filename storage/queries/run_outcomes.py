"""What each account's target of a run would have brought by itself, at the recorded prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from orjson import loads
from sqlalchemy import func, select

from core.clock import in_new_york
from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_picks import Pick
from core.rules.what_if import Outcome, Plan, outcome
from core.schemas.risk import AccountRisk
from core.types import AccountId, RunId, wednesday
from storage.projections.council_tables import SnapshotAssetRow
from storage.projections.portfolio_tables import AccountRow, EquityRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.queries.run_values import RunValues, run_settings
from storage.queries.runs import RunLine
from storage.tables import EventRow

EVENTS, ASSETS = table_of(EventRow), table_of(SnapshotAssetRow)
ACCOUNTS, EQUITY = table_of(AccountRow), table_of(EquityRow)
SESSIONS = 8
"""A week has at most five; one of the next week ends it."""
FREE = {"slippage_bps": Decimal(0), "commission_bps": Decimal(0)}
"""Where a broker fills for real: what it bills is all a trade costs, as in the council lab."""


def run_outcomes(
    reader: StoreReader, run: RunLine, values: RunValues, since: int
) -> Mapping[AccountId, Outcome | None]:
    """By account; None where no recorded price tells.

    ``since`` is the place in the log where the week's official run began: prices after it are read.
    """
    marks, terms = _marks(reader, since), _terms(reader, run)
    prices = _prices(reader, run.owner("market_snapshot"))
    worth = _equity(reader, run)
    return {
        one.account_id: outcome(
            Plan(
                pick=_pick(one, values),
                price=prices.get(one.instrument or ""),
                equity=worth[one.account_id],
                decided_at=run.as_of,
                ends=wednesday(run.week_id) + timedelta(days=7),
            ),
            marks,
            terms,
        )
        for one in values.risk
        if one.account_id in worth
    }


def _pick(one: AccountRisk, values: RunValues) -> Pick | None:
    if one.instrument is None or not one.weight:
        return None
    pitch = values.pitches.get(one.account_id)
    if pitch is not None:
        return Pick(one.instrument, one.weight, pitch.horizon.sessions)
    decision = values.decision
    sessions = None if decision is None else decision.selected_trade.horizon.sessions
    return Pick(one.instrument, one.weight, sessions)


def _marks(reader: StoreReader, since: int) -> Sequence[UniverseMarked]:
    asked = select(EVENTS.c.payload).where(
        EVENTS.c.type == UniverseMarked.__name__, EVENTS.c.position > since
    )
    rows = reader.rows(asked.order_by(EVENTS.c.position).limit(SESSIONS))
    return [UniverseMarked.model_validate_json(row["payload"]) for row in rows]


def _terms(reader: StoreReader, run: RunLine) -> RiskLimits:
    """Costs as the run's settings had them; those of a real broker are in its fills, not in settings."""
    risk = run_settings(reader, run).get("risk", {})
    terms = RiskLimits.model_validate(
        {name: risk[name] for name in RiskLimits.model_fields if name in risk}
    )
    asked = select(EVENTS.c.payload).where(EVENTS.c.type == "DeskConfigured")
    row = reader.first(asked.order_by(EVENTS.c.position.desc()).limit(1))
    desk: dict[str, Any] = {} if row is None else loads(row["payload"])
    real = desk.get("broker", "simulated") != "simulated"
    return terms.model_copy(update=FREE) if real else terms


def _prices(reader: StoreReader, run_id: RunId) -> Mapping[str, Decimal]:
    rows = reader.rows(select(ASSETS.c.symbol, ASSETS.c.price).where(ASSETS.c.run_id == run_id))
    return {row["symbol"]: Decimal(row["price"]) for row in rows}


def _equity(reader: StoreReader, run: RunLine) -> Mapping[AccountId, Decimal]:
    """USD at the last close before the run, else the starting cash."""
    day = in_new_york(run.as_of).date().isoformat()
    cash = reader.rows(select(ACCOUNTS.c.account_id, ACCOUNTS.c.starting_cash))
    found = {AccountId(row["account_id"]): Decimal(row["starting_cash"]) for row in cash}
    for account in found:
        last = select(func.max(EQUITY.c.session)).where(
            EQUITY.c.account_id == account, EQUITY.c.session < day
        )
        asked = select(EQUITY.c.equity).where(
            EQUITY.c.account_id == account, EQUITY.c.session == last.scalar_subquery()
        )
        row = reader.first(asked)
        if row is not None:
            found[account] = Decimal(row["equity"])
    return found
