"""Weeks in which models answered, failed, fell back and were passed over, and a broker that differed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.desk.writing import BROKER_STREAM, new_event
from core.events.calls import (
    ModelCallCompleted,
    ModelCallFailed,
    ModelCallRequested,
    ModelFellBack,
    ResearchSteppedDown,
)
from core.events.envelope import Append, Event
from core.events.market import MarketSteppedDown
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from core.schemas.model_call import CostSource, ModelAnswer, Usage
from core.types import AccountId, RunId, StreamId, WeekId, week_of
from storage.event_store import SqlEventStore
from tests.fakes.spending import request
from tests.fakes.week import AS_OF

MODEL, DEPUTY = "openai/gpt-5.1", "openai/gpt-4.1"
CUSTODY = AccountId("acct_1")


def append(
    store: SqlEventStore, stream: str, event: Event, latency_ms: float | None = None, back: int = 0
) -> None:
    """One event, ``back`` weeks before the fakes' week."""
    place, at = StreamId(stream), AS_OF - timedelta(days=7 * back)
    version = store.head(place).version
    week = WeekId(week_of(at.date()))
    run = RunId(f"run-{back}")
    new = new_event(place, event, [version], at, week_id=week, run_id=run)
    if latency_ms is not None:
        new = new.__class__(**{**_fields(new), "telemetry": {"latency_ms": latency_ms}})
    store.commit([Append(place, [new], version)])


def _fields(new: object) -> dict[str, object]:
    return {name: getattr(new, name) for name in new.__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass


def call(
    store: SqlEventStore,
    number: int,
    *,
    seconds: float = 1.0,
    usd: str = "0.10",
    fails: str | None = None,
    falls: bool = False,
    back: int = 0,
) -> None:
    """A question to MODEL and its answer (DEPUTY's when it ``falls``), or its failure's words."""
    stream, key = f"run/run-{back}/pitch/c{number}", f"h{number}"
    asked = request().model_copy(update={"model": MODEL})
    append(store, stream, ModelCallRequested(request_hash=key, request=asked), back=back)
    if falls:
        step = ModelFellBack(
            request_hash=key, model=MODEL, next_model=DEPUTY, error="ModelTimeout", message="late"
        )
        append(store, stream, step, back=back)
    if fails is not None:
        failed = ModelCallFailed(request_hash=key, error="ModelTimeout", message=fails)
        append(store, stream, failed, back=back)
        return
    usage = Usage(prompt_tokens=10, cost_usd=usd, cost_source=CostSource.PROVIDER)
    answer = ModelAnswer(text="{}", served_model=DEPUTY if falls else MODEL, usage=usage)
    done = ModelCallCompleted(request_hash=key, answer=answer)
    append(store, stream, done, seconds * 1000, back)


def steps_down(store: SqlEventStore, words: str = "503") -> None:
    """One of the research chain, two of the market chain."""
    research = ResearchSteppedDown(
        request_hash="r",
        researcher="gemini/deep",
        next_researcher="openrouter/sonar",
        error="ModelUnavailable",
        message=words,
    )
    append(store, "run/run-0/research/A", research)
    for number in range(2):
        market = MarketSteppedDown(
            as_of=AS_OF + timedelta(minutes=number),
            source="alpaca",
            next_source="yfinance",
            reason="MarketUnavailable",
            message=words,
        )
        append(store, "run/run-0/market", market)


def differ(store: SqlEventStore, words: str = "100") -> None:
    """Broker and ledger meet, agree, and differ in one position."""
    baseline = BrokerBaseline(custody=CUSTODY, accounts=(CUSTODY,), cash=Decimal(100_000))
    append(store, BROKER_STREAM, baseline)
    append(store, BROKER_STREAM, AccountsReconciled(session=AS_OF.date(), accounts=1))
    mismatch = ReconciliationMismatch(
        account=CUSTODY,
        accounts=(CUSTODY,),
        what="position",
        subject="SPY",
        ledger=words,
        broker="90",
    )
    append(store, BROKER_STREAM, mismatch)


def agree_again(store: SqlEventStore) -> None:
    resolved = MismatchResolved(account=CUSTODY, reason="broker and ledger agree again", by="desk")
    append(store, BROKER_STREAM, resolved)
