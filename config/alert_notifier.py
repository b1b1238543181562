"""The notifier over every configured channel: the log for its own, Apprise for all others."""

from __future__ import annotations

from config.alerts import Alerting
from core.alert_policy import LOG
from core.ports import Notifier
from providers.alerts.apprise import AppriseNotifier, is_understood
from providers.alerts.log import LogNotifier
from providers.alerts.routed import RoutedNotifier


def notifier_of(alerting: Alerting) -> Notifier:
    """One a process: it remembers attempts that have not come back yet."""
    addresses = {name: held.get_secret_value() for name, held in alerting.addresses.items()}
    sender = AppriseNotifier(addresses, alerting.base_url)
    return RoutedNotifier({LOG: LogNotifier(), **dict.fromkeys(addresses, sender)})


def not_understood(alerting: Alerting) -> tuple[str, ...]:
    """Channels whose address Apprise cannot read, by name; nothing is sent."""
    return tuple(
        name
        for name, held in sorted(alerting.addresses.items())
        if not is_understood(held.get_secret_value())
    )
