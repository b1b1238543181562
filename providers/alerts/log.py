"""The channel that is always there: one line an alert in the log of the process."""

from __future__ import annotations

import logging

from core.schemas.alert import Alert, Severity
from providers.alerts.message import title_of

LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.CRITICAL: logging.CRITICAL,
}


class LogNotifier:
    """Every channel name leads into the same log; it cannot fail."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("council.alerts")

    async def notify(self, channel: str, alert: Alert) -> None:
        line = " | ".join((title_of(alert), *alert.body.splitlines()))
        self._logger.log(
            LEVELS[alert.severity],
            "%s",
            line,
            extra={"alert_id": alert.alert_id, "alert_kind": alert.kind.value},
        )
