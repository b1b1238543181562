"""What every call was billed, one row a bill: a call that failed and was made again has two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows

ANSWERED, FAILED, FELL_BACK = "answered", "failed", "fell_back"
TOKENS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")
UNBILLED = {**dict.fromkeys(TOKENS, 0), "cost_usd": "0", "cost_source": "none"}


class CallCostRow(SQLModel, table=True):
    """``model`` is who was asked, ``outcome`` how it ended: answered, failed or fell_back.

    Tokens and ``cost_usd`` (decimal text) as billed; ``cost_source`` provider, price_table or none.
    """

    __tablename__ = "call_costs"

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    week_id: str | None = Field(default=None, sa_type=Text, index=True)
    run_id: str = Field(sa_type=Text)
    call: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    served_model: str | None = Field(default=None, sa_type=Text)
    provider: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: str = Field(sa_type=Text)
    cost_source: str = Field(sa_type=Text)


class BudgetStopRow(SQLModel, table=True):
    """A call that was not made; amounts in USD as decimal text."""

    __tablename__ = "budget_stops"

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    week_id: str = Field(sa_type=Text, index=True)
    call: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    spent_usd: str = Field(sa_type=Text)
    reserved_usd: str = Field(sa_type=Text)
    estimate_usd: str | None = Field(default=None, sa_type=Text)
    limit_usd: str = Field(sa_type=Text)


def billed_call(rows: Rows, event: StoredEvent, model: str) -> None:
    """A finished model call's bill; ``model`` is who was asked last."""
    said: Any = event.payload.get("answer")
    if said is None:
        _bill(rows, event, model, {"outcome": FAILED, "usage": event.payload.get("usage")})
        return
    bill = {
        "outcome": ANSWERED,
        "usage": said["usage"],
        "served_model": said["served_model"],
        "provider": said.get("provider", ""),
    }
    _bill(rows, event, model, bill)


def billed_step(rows: Rows, event: StoredEvent) -> None:
    """The bill of a model whose deputy was asked after it."""
    bill = {"outcome": FELL_BACK, "usage": event.payload.get("usage")}
    _bill(rows, event, str(event.payload["model"]), bill)


def billed_job(rows: Rows, event: StoredEvent) -> None:
    """The bill of a deep-research job, however it ended."""
    researcher = str(event.payload["researcher"])
    done = event.payload["status"] == "completed"
    bill = {
        "outcome": ANSWERED if done else FAILED,
        "usage": event.payload.get("usage"),
        "served_model": researcher if done else None,
        "provider": researcher.partition("/")[0],
    }
    _bill(rows, event, researcher, bill)


def _bill(rows: Rows, event: StoredEvent, model: str, bill: dict[str, Any]) -> None:
    usage = bill["usage"] or UNBILLED
    rows.put(
        CallCostRow,
        {
            "position": event.position,
            "week_id": event.week_id,
            "run_id": event.run_id or "",
            "call": "/".join(event.stream_id.split("/")[2:]),
            "model": model,
            "served_model": bill.get("served_model"),
            "provider": bill.get("provider", ""),
            "outcome": bill["outcome"],
            **{name: usage.get(name, UNBILLED[name]) for name in UNBILLED},
        },
    )


def stopped(rows: Rows, event: StoredEvent) -> None:
    rows.put(
        BudgetStopRow,
        {
            "position": event.position,
            **{
                name: event.payload[name]
                for name in BudgetStopRow.model_fields
                if name != "position"
            },
        },
    )
