"""What a finished call means to the metrics: seconds, tokens, dollars."""

from __future__ import annotations

from typing import Any

from orjson import loads

from core.call_names import RESEARCH, agent_and_task
from core.events.calls import ModelFellBack
from storage.metrics.families import Families
from storage.metrics.log_tail import LogLine
from storage.projections.call_costs import FELL_BACK, TOKENS


def billed(families: Families, bill: Any) -> None:
    """One row of ``call_costs`` with its event's ``telemetry``."""
    model = bill["model"]
    for kind in TOKENS:
        if bill[kind]:
            families.tokens.labels(model, kind.removesuffix("_tokens")).inc(bill[kind])
    families.cost.labels(model).inc(float(bill["cost_usd"]))
    latency = loads(bill["telemetry"]).get("latency_ms")
    if latency is None or bill["outcome"] == FELL_BACK:
        return
    families.call_duration.labels(model, bill["outcome"]).observe(latency / 1_000)
    if not bill["call"].startswith(f"{RESEARCH}/"):
        families.agent_latency.labels(*agent_and_task(bill["call"])).observe(latency / 1_000)


def fell_back(families: Families, line: LogLine) -> None:
    families.model_fallbacks.labels(line.payload["model"], line.payload["next_model"]).inc()


def researched(families: Families, line: LogLine) -> None:
    """A pack from its question to its answer, whoever was asked on the way."""
    latency = line.telemetry.get("latency_ms")
    if latency is not None:
        call = line.stream_id.split("/", 2)[2]
        families.agent_latency.labels(*agent_and_task(call)).observe(latency / 1_000)


HANDLERS = {
    ModelFellBack.__name__: fell_back,
    "ResearchCompleted": researched,
    "ResearchFailed": researched,
}
