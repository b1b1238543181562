"""Apprise: Discord, Telegram, e-mail, Slack and a hundred more, each known by one address.

An address holds its token, so nothing Apprise says leaves this file unscrubbed, and its own log and
the paths in urllib3's are kept out of the process's log. An address with several receivers fails
as a whole: those that were reached are told again at the next attempt.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from urllib.parse import unquote

import apprise

from core.errors import AlertNotSent
from core.schemas.alert import Alert, Severity
from providers.alerts.message import body_of, title_of
from providers.scrubbing import one_line

CONNECT_S, READ_S = 5.0, 20.0
"""Per connection and per read; Apprise's own four seconds would send twice what a slow server took."""
DEADLINE_S = 60.0
TYPES = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,
}
PART = re.compile(r"[^/?&=:@#,\s]+")
SHORTEST_PART = 4
NOT_UNDERSTOOD = "the address is none that Apprise knows: see its list, e.g. discord://id/token"


class AppriseNotifier:
    """``addresses`` by channel name; ``base_url`` is put before an alert's link, None for no links.

    Each attempt has a thread of its own that never keeps the process alive. One that is not back in
    ``deadline_s`` is a failure; when the same alert is tried again, that thread's end is waited for
    instead of sending twice.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        base_url: str | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._addresses = dict(addresses)
        self._base_url = base_url
        self._deadline_s = deadline_s
        self._attempts: dict[tuple[str, str], Future[str]] = {}

    async def notify(self, channel: str, alert: Alert) -> None:
        if channel not in self._addresses:
            raise AlertNotSent(f"channel {channel} has no address: set its variable in .env")
        key = (channel, alert.alert_id)
        attempt = self._attempts.get(key) or self._start(channel, alert)
        done, _ = await asyncio.wait({asyncio.wrap_future(attempt)}, timeout=self._deadline_s)
        if not done:
            raise AlertNotSent(f"channel {channel}: no answer within {self._deadline_s:g} s")
        del self._attempts[key]
        if why := attempt.result():
            raise AlertNotSent(f"channel {channel}: {why}")

    def _start(self, channel: str, alert: Alert) -> Future[str]:
        """A new attempt; AlertNotSent while the thread of another alert hangs on this channel."""
        if any(name == channel and not late.done() for (name, _), late in self._attempts.items()):
            raise AlertNotSent(f"channel {channel}: an earlier attempt has not come back yet")
        attempt: Future[str] = Future()
        self._attempts[channel, alert.alert_id] = attempt
        work = (attempt, self._addresses[channel], alert)
        threading.Thread(target=self._work, args=work, daemon=True, name="alert").start()
        return attempt

    def _work(self, attempt: Future[str], address: str, alert: Alert) -> None:
        why = "Apprise broke off"
        try:
            why = self._send(address, alert)
        finally:  # whatever happens in here, nobody waits in vain
            attempt.set_result(why)

    def _send(self, address: str, alert: Alert) -> str:
        """Empty when it was taken, else why not in one line."""
        _keep_addresses_out_of_the_log()
        service = _service(address)
        if service is None:
            return NOT_UNDERSTOOD
        one = apprise.Apprise(asset=service.asset)
        one.add(service)
        result = one.notify(
            title=title_of(alert),
            body=body_of(alert, self._base_url),
            notify_type=TYPES[alert.severity],
            body_format=apprise.NotifyFormat.TEXT,
            log_level=logging.WARNING,
        )
        if result:
            return ""
        told = " ".join(entry.message for entry in result.logs()) or "refused without a reason"
        return one_line(told, _secrets(address))


def is_understood(address: str) -> bool:
    """Whether Apprise knows what to do with an address; nothing is sent."""
    return _service(address) is not None


def _service(address: str) -> apprise.NotifyBase | None:
    # Not asynchronous: Apprise then works in the thread that calls it, and starts none of its own.
    asset = apprise.AppriseAsset(app_id="LLM Trading Council", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is not None:
        service.socket_connect_timeout, service.socket_read_timeout = CONNECT_S, READ_S
    return service


def _secrets(address: str) -> list[str]:
    """The address and every part of it that is no short word, longest first."""
    _, _, rest = address.partition("://")
    parts = {part for part in PART.findall(unquote(rest)) if len(part) >= SHORTEST_PART}
    return [address, *sorted({*parts, *PART.findall(rest)}, key=len, reverse=True)]


def _keep_addresses_out_of_the_log() -> None:
    """Apprise's debug lines hold addresses, urllib3's hold paths; its warnings reach AlertNotSent.

    Said anew before each attempt: whoever sets up logging may have changed it.
    """
    its_own = logging.getLogger("apprise")
    its_own.propagate = False
    its_own.setLevel(logging.WARNING)
    requests_log = logging.getLogger("urllib3")
    requests_log.setLevel(max(requests_log.level, logging.INFO))
