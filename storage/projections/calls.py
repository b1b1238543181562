"""Calls of models and researchers: who was asked what for, at which cost, and how it ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.call_costs import (
    UNBILLED,
    BudgetStopRow,
    CallCostRow,
    billed_call,
    billed_job,
    billed_step,
    stopped,
)
from storage.projections.writing import Rows, TableProjection


class CallStatus(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"


class CallRow(SQLModel, table=True):
    """One call; tokens and ``cost_usd`` (decimal text) as billed, ``latency_ms`` from telemetry.

    ``deputy`` is the model asked last in place of ``model``, None while it answers for itself. The
    exact prompt and the raw answer stay in the log, at ``position`` and after; a call that failed
    and was made again has one row here and each of its bills in ``call_costs``.
    """

    __tablename__ = "model_calls"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    request_hash: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str | None = Field(default=None, sa_type=Text)
    call: str = Field(sa_type=Text)
    attempt: int
    model: str = Field(sa_type=Text)
    deputy: str | None = Field(default=None, sa_type=Text)
    provider: str | None = Field(default=None, sa_type=Text)
    served_model: str | None = Field(default=None, sa_type=Text)
    status: str = Field(sa_type=Text)
    finish_reason: str | None = Field(default=None, sa_type=Text)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: str = Field(sa_type=Text)
    cost_source: str = Field(sa_type=Text)
    latency_ms: float | None = None
    message: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)


def _asked(rows: Rows, event: StoredEvent) -> None:
    request: dict[str, Any] = event.payload["request"]  # type: ignore[assignment]  # JSON object
    _requested(rows, event, request["call"], request["attempt"], request["model"])


def _research_asked(rows: Rows, event: StoredEvent) -> None:
    request: dict[str, Any] = event.payload["request"]  # type: ignore[assignment]  # JSON object
    _requested(rows, event, f"research/{request['pack']}", 1, event.payload["researcher"])


def _requested(rows: Rows, event: StoredEvent, call: str, attempt: int, model: Any) -> None:
    rows.put(
        CallRow,
        {
            **_key(event),
            "week_id": event.week_id,
            "call": call,
            "attempt": attempt,
            "model": model,
            "deputy": None,
            "provider": None,
            "status": CallStatus.ASKED,
            **UNBILLED,
            "message": "",
            "position": event.position,
        },
    )


def _answered(rows: Rows, event: StoredEvent) -> None:
    answer: dict[str, Any] = event.payload["answer"]  # type: ignore[assignment]  # JSON object
    served = answer["served_model"] if "served_model" in answer else answer["source"]
    usage = answer["usage"]
    changes = {
        **{name: usage[name] for name in UNBILLED},
        "served_model": served,
        "provider": answer.get("provider", ""),
        "finish_reason": answer.get("finish_reason"),
        "message": "",
    }
    _ended(rows, event, CallStatus.ANSWERED, changes)


def _failed(rows: Rows, event: StoredEvent) -> None:
    message = f"{event.payload['error']}: {event.payload['message']}"
    usage: dict[str, Any] = event.payload.get("usage") or UNBILLED  # type: ignore[assignment]  # JSON
    billed = {name: usage.get(name, UNBILLED[name]) for name in UNBILLED}
    _ended(rows, event, CallStatus.FAILED, {**billed, "message": message})


def _model_answered(rows: Rows, event: StoredEvent) -> None:
    _answered(rows, event)
    billed_call(rows, event, _asked_last(rows, event))


def _model_failed(rows: Rows, event: StoredEvent) -> None:
    _failed(rows, event)
    billed_call(rows, event, _asked_last(rows, event))


def _fell_back(rows: Rows, event: StoredEvent) -> None:
    rows.change(CallRow, _key(event), {"deputy": event.payload["next_model"]})
    billed_step(rows, event)


def _asked_last(rows: Rows, event: StoredEvent) -> str:
    (row,) = rows.read(CallRow, _key(event)) or ({"deputy": None, "model": ""},)
    return str(row["deputy"] or row["model"])


def _ended(rows: Rows, event: StoredEvent, status: CallStatus, changes: dict[str, Any]) -> None:
    latency = event.telemetry.get("latency_ms")
    rows.change(CallRow, _key(event), {**changes, "status": status, "latency_ms": latency})


def _key(event: StoredEvent) -> dict[str, Any]:
    return {"run_id": event.run_id or "", "request_hash": event.payload["request_hash"]}


CALLS = TableProjection(
    "calls",
    (CallRow, CallCostRow, BudgetStopRow),
    {
        "ModelCallRequested": _asked,
        "ModelCallCompleted": _model_answered,
        "ModelCallFailed": _model_failed,
        "ModelFellBack": _fell_back,
        "ResearchJobEnded": billed_job,
        "BudgetStopped": stopped,
        "ResearchRequested": _research_asked,
        "ResearchCompleted": _answered,
        "ResearchFailed": _failed,
    },
)
