"""Alerts for a terminal: try every channel, list what was told, and say what is not set up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from config.alerts import Alerting, load_alerting
from config.settings import Settings
from config.terminal import show
from config.terminal.doctor import Check
from core.alert_policy import LOG
from core.clock import Clock, iso
from core.desk.alert_listing import ListedAlert, newest_alerts
from core.errors import AlertNotSent, BadInput
from core.ports import EventStore, Notifier
from core.rules.alert_context import Draft
from core.rules.alert_text import new_york
from core.rules.alerts import sealed
from core.schemas.alert import Alert, AlertKind, Severity
from core.types import deterministic_id

FAILURE = 1
NOBODY = "no channel is configured: alerts go to the log alone"


def alerts_test(settings: Settings, clock: Clock, channel: str | None = None) -> int:
    """Send one alert over every channel, or over one; 0 when all took it, 1 when one did not.

    BadInput for a channel that is not there or has no address.
    """
    # costs half a second, `--help` should not
    from config.alert_notifier import notifier_of  # noqa: PLC0415

    alerting = load_alerting(settings)
    names = _asked(alerting, channel)
    return asyncio.run(_try(notifier_of(alerting), names, _test_alert(clock)))


def alerts_list(store: EventStore, count: int, *, as_json: bool) -> None:
    """The newest alerts, newest first, each with what became of it on every channel."""
    found = newest_alerts(store, count)
    if as_json:
        show.as_json([_plain(one) for one in found])
        return
    if not found:
        show.line("no alert was ever raised")
        return
    rows = [[new_york(one.alert.occurred_at), *_words(one)] for one in found]
    show.table(["when", "severity", "alert", "channels"], rows)


def alert_checks(settings: Settings) -> Iterator[Check]:
    """`doctor`: who is told, whose address is missing, and whose cannot be read."""
    from config.alert_notifier import not_understood  # noqa: PLC0415 - as above

    alerting = load_alerting(settings)
    reachable = ", ".join(alerting.reachable)
    detail = f"told over {reachable}" if reachable else f"{NOBODY} (set {_variables(alerting)})"
    yield Check("alerts", ok=True, detail=detail, warning=not reachable)
    for name in not_understood(alerting):
        why = "its address is none that Apprise knows, e.g. discord://id/token"
        yield Check(f"alerts {name}", ok=False, detail=why)
    if reachable and alerting.base_url is None:
        told = "PUBLIC_BASE_URL is not set: alerts carry no links"
        yield Check("alert links", ok=True, detail=told, warning=True)


def _asked(alerting: Alerting, channel: str | None) -> Sequence[str]:
    if channel is None:
        return alerting.reachable
    if channel in alerting.absent:
        raise BadInput(f"channel {channel} has no address: set {alerting.absent[channel]} in .env")
    known = (LOG, *alerting.reachable)
    if channel not in known:
        raise BadInput(f"--channel {channel!r} is unknown: use one of {', '.join(known)}")
    return (channel,)


async def _try(notifier: Notifier, names: Sequence[str], alert: Alert) -> int:
    """One line a channel; nobody to tell is a failure too."""
    if not names:
        show.line(NOBODY)
        return FAILURE
    failed = 0
    for name in names:
        try:
            await notifier.notify(name, alert)
        except AlertNotSent as error:
            failed += 1
            show.line(f"{name}: NOT sent, {error}")
        else:
            show.line(f"{name}: sent")
    return FAILURE if failed else 0


def _test_alert(clock: Clock) -> Alert:
    now = clock.now()
    draft = Draft(
        AlertKind.TEST,
        Severity.INFO,
        "test",
        "Test alert of the trading desk",
        ("If you read this, the channel works. Nothing happened.",),
    )
    return sealed(draft, str(deterministic_id("alert test", iso(now))), now)


def _variables(alerting: Alerting) -> str:
    return " or ".join(sorted(alerting.absent.values())) or "a channel in config/alerts.yaml"


def _words(one: ListedAlert) -> list[str]:
    told = "; ".join(f"{name}: {words}" for name, words in sorted(one.channels.items()))
    return [one.alert.severity, one.alert.title, told or "not sent yet"]


def _plain(one: ListedAlert) -> dict[str, object]:
    return {**one.alert.model_dump(mode="json"), "channels": one.channels}
