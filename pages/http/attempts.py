"""How often a password may be tried: few times a peer, not many times in all, whoever asks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock

from core.clock import Clock

WINDOW = timedelta(minutes=15)
A_PEER, IN_ALL = 5, 60
"""Tries within the window. In all, so that many addresses help nobody; a person at this machine
needs no login, so nobody is locked out of the desk for good."""
IPV6_SITE = 64
"""Bits that name a site: the rest of an address is its owner's to choose."""


@dataclass(slots=True)
class Attempts:
    """Counts what was tried, before it is known whether it was right; kept for the process's life.

    ``lock`` makes a look and its count one step: requests run in threads.
    """

    clock: Clock
    _tried: deque[tuple[datetime, str]] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, peer: str | None) -> int:
        """Seconds to wait before the next try; 0 for one that may go on now, and is counted."""
        who, now = site(peer), self.clock.now()
        with self._lock:
            while self._tried and self._tried[0][0] <= now - WINDOW:
                self._tried.popleft()
            own = [at for at, tried in self._tried if tried == who]
            if len(own) >= A_PEER:
                return _seconds(own[-A_PEER], now)
            if len(self._tried) >= IN_ALL:
                return _seconds(self._tried[-IN_ALL][0], now)
            self._tried.append((now, who))
        return 0

    def right(self, peer: str | None) -> None:
        """The password was right: this peer's tries are forgotten."""
        who = site(peer)
        with self._lock:
            self._tried = deque(one for one in self._tried if one[1] != who)


def site(peer: str | None) -> str:
    """Who counts as one: an IPv4 address, or the /64 an IPv6 address lies in."""
    try:
        address = ip_address(peer or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(int(address) >> (128 - IPV6_SITE))
    return str(address)


def _seconds(oldest: datetime, now: datetime) -> int:
    return max(ceil((oldest + WINDOW - now).total_seconds()), 1)
