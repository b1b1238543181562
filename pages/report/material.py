"""What a report is made of: one read of the week, its accounts' equity so far, and its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from core.errors import BadInput
from core.types import AccountId, WeekId, wednesday
from storage import queries
from storage.queries import AccountLabel, DeskFacts, StoreReader, WeekDetail
from storage.queries.postmortems import WeekText, week_text
from storage.queries.provenance import Provenance, provenance


@dataclass(frozen=True, slots=True)
class Material:
    """``equity`` as of ``equity_frame``, up to the week's last session."""

    detail: WeekDetail
    facts: DeskFacts | None
    labels: Mapping[AccountId, AccountLabel]
    text: WeekText | None
    equity: pd.DataFrame
    origin: Provenance | None


def read_material(reader: StoreReader, week_id: WeekId) -> Material:
    """Everything of one week; BadInput for a week nobody has run."""
    detail = queries.week_detail(reader, week_id)
    if detail is None:
        raise BadInput(f"week {week_id} has no run: start it with `run_weekly --week {week_id}`")
    labels = {account.account_id: account for account in queries.accounts(reader)}
    return Material(
        detail=detail,
        facts=queries.desk_facts(reader),
        labels=labels,
        text=week_text(reader, week_id),
        equity=_until(queries.equity_frame(reader), week_id),
        origin=provenance(reader, week_id, detail.summary.run_id, list(labels)),
    )


def _until(frame: pd.DataFrame, week_id: WeekId) -> pd.DataFrame:
    """Sessions up to the week's Tuesday: a report does not change with the weeks after it."""
    ends = pd.Timestamp(wednesday(week_id) + timedelta(days=7))
    return frame[frame["session"] < ends]
