"""An alert as a message: severity and title, the body, and a link where the pages have an address."""

from __future__ import annotations

from core.clock import in_new_york
from core.schemas.alert import Alert, Severity

MARKS = {Severity.INFO: "", Severity.WARNING: "Warning: ", Severity.CRITICAL: "CRITICAL: "}


def title_of(alert: Alert) -> str:
    return f"{MARKS[alert.severity]}{alert.title}"


def body_of(alert: Alert, base_url: str | None) -> str:
    """The body, when it happened in New York, and the page about it."""
    happened = f"{in_new_york(alert.occurred_at):%Y-%m-%d %H:%M} New York"
    link = f"{base_url.rstrip('/')}{alert.link}" if base_url else ""
    return "\n".join(filter(None, (alert.body, happened, link)))
