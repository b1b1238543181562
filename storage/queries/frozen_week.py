"""What a week was frozen with beside its snapshot: past closes, targets, and the limits in force."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np
from orjson import loads
from sqlalchemy import select

from core.events.market import MarketRead
from core.market import Floats
from core.policy import RiskLimits
from core.schemas.risk import Target
from core.types import RunId, WeekId
from storage.projections.desk import SettingsRow
from storage.projections.portfolio_tables import TargetRow
from storage.projections.runs import RunRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, TARGETS = table_of(EventRow), table_of(TargetRow)
RUNS, SETTINGS = table_of(RunRow), table_of(SettingsRow)
LITTLE_ENDIAN = "<f8"


def frozen_closes(reader: StoreReader, run_id: RunId, most: int = 60) -> Mapping[str, Floats]:
    """USD by symbol, oldest first, at most so many: the bars the run itself read, and no later ones."""
    asked = select(EVENTS.c.payload).where(
        EVENTS.c.stream_id == f"run/{run_id}/market", EVENTS.c.type == MarketRead.__name__
    )
    for row in reader.rows(asked.order_by(EVENTS.c.version)):
        if bars := loads(row["payload"]).get("bars"):
            return {one["symbol"]: _closes(one["close"])[-most:] for one in bars}
    return {}


def _closes(text: str) -> Floats:
    """Base64 of little-endian float64 (``core.events.market.BarColumns``)."""
    values: Floats = np.frombuffer(base64.b64decode(text), dtype=LITTLE_ENDIAN)
    return values


def week_targets(reader: StoreReader, week_id: WeekId) -> tuple[Target, ...]:
    """What each account was to hold, in order of the accounts."""
    asked = select(TARGETS.c.document).where(TARGETS.c.week_id == week_id)
    rows = reader.rows(asked.order_by(TARGETS.c.account_id))
    return tuple(Target.model_validate_json(row["document"]) for row in rows)


def limits_of(reader: StoreReader, run_id: RunId) -> RiskLimits | None:
    """The limits the run was sized by; None when its settings were never recorded."""
    row = reader.first(
        select(SETTINGS.c.policy)
        .join(RUNS, RUNS.c.settings_fingerprint == SETTINGS.c.fingerprint)
        .where(RUNS.c.run_id == run_id)
    )
    if row is None:
        return None
    risk = loads(row["policy"]).get("risk", {})
    known = {name: risk[name] for name in RiskLimits.model_fields if name in risk}
    return RiskLimits.model_validate(known)
