"""The values a run's stages gave, as its read models keep them."""

from __future__ import annotations

from typing import TypeVar

from orjson import loads
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import select

from core.schemas.pitch import Abstention
from core.schemas.risk import AccountRisk
from core.types import RunId
from storage.projections.council_tables import AbstentionRow, RiskRow
from storage.projections.writing import TableClass, table_of
from storage.queries.reader import StoreReader

M = TypeVar("M", bound=BaseModel)
Risks = TypeAdapter(tuple[AccountRisk, ...])
ABSTENTIONS, RISKS = table_of(AbstentionRow), table_of(RiskRow)


def documents(reader: StoreReader, cls: TableClass, run: RunId, model: type[M]) -> tuple[M, ...]:
    """Whole values of a run, in the order of their keys."""
    table = table_of(cls)
    asked = select(table.c.document).where(table.c.run_id == run).order_by(*table.primary_key)
    return tuple(model.model_validate_json(row["document"]) for row in reader.rows(asked))


def abstentions(reader: StoreReader, run: RunId, stage: str) -> tuple[Abstention, ...]:
    """Who gave nothing at a stage, by account."""
    asked = select(ABSTENTIONS).where(ABSTENTIONS.c.run_id == run, ABSTENTIONS.c.stage == stage)
    return tuple(
        Abstention(**{name: row[name] for name in Abstention.model_fields})
        for row in reader.rows(asked.order_by(ABSTENTIONS.c.account_id))
    )


def risks(reader: StoreReader, run: RunId) -> tuple[AccountRisk, ...]:
    """What the limits made of each account's wish, by account."""
    rows = reader.rows(select(RISKS).where(RISKS.c.run_id == run).order_by(RISKS.c.account_id))
    return Risks.validate_python(
        [
            {**{name: row[name] for name in row if name != "run_id"}, "hits": loads(row["hits"])}
            for row in rows
        ]
    )
