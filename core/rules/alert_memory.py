"""The alert of a strategy that works without its memory: once a day, whoever missed it first."""

from __future__ import annotations

from core.clock import from_iso, in_new_york
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_drafts import SHORT, Payload
from core.rules.alert_text import plain
from core.schemas.alert import AlertKind, Severity
from core.schemas.cycle import NO_MEMORY


def memory_silent(row: StoredEvent, context: AlertContext) -> Draft | None:
    """Of a cycle's frozen market, or of a round of discovery; none where no memory is connected."""
    said: Payload = row.payload.get("value", row.payload)  # type: ignore[assignment]  # an event's
    why = str(said.get("memory", ""))
    if not context.rules.memory or why in {"", NO_MEMORY}:
        return None
    day = f"{in_new_york(from_iso(str(said['as_of']))):%Y-%m-%d}"
    return Draft(
        AlertKind.MEMORY_SILENT,
        Severity.WARNING,
        f"memory {day}",
        "Memory gives no answer: decisions are made without past setups",
        (
            plain(why, SHORT * 2),
            "Try `cli.py memory search` once it is mended; `cli.py memory reindex` for other vectors.",
        ),
        "/memory",
        once=day,
    )
