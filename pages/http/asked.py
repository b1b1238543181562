"""What is known of a request before anybody is let in: peer, host, headers, cookies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDING = frozenset(
    """forwarded via x-real-ip x-client-ip x-cluster-client-ip x-original-host x-original-url
    x-original-forwarded-for x-envoy-external-address true-client-ip client-ip cf-connecting-ip
    fastly-client-ip fly-client-ip x-azure-clientip x-appengine-user-ip x-rewrite-url""".split()
)
FORWARDING_PREFIXES = ("x-forwarded", "tailscale-", "cf-", "x-proxyuser", "x-authenticated")
"""Any of these says that somebody stands between the peer and us, whatever its value is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's facts; ``headers`` are pairs as they came, names in lower case.

    ``email`` is one that an identity provider vouched for, where somebody else has checked it.
    """

    peer: str | None
    headers: tuple[tuple[str, str], ...]
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    email: str | None = None

    def all_of(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def host(self) -> str | None:
        """The one Host header's name without its port; None for none, two or a malformed one."""
        given = self.all_of("host")
        return host_name(given[0]) if len(given) == 1 else None

    @property
    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer …``; "" for an Authorization of another kind."""
        given = self.all_of("authorization")
        if not given:
            return None
        scheme, _, token = given[0].partition(" ")
        return token.strip() if len(given) == 1 and scheme.lower() == "bearer" else ""

    @property
    def is_forwarded(self) -> bool:
        return any(
            name in FORWARDING or name.startswith(FORWARDING_PREFIXES) for name, _ in self.headers
        )

    @property
    def is_local(self) -> bool:
        """Somebody at this very machine: peer and Host are loopback and nobody stands between.

        A request that a page of another origin makes in that person's browser is not theirs.
        """
        return (
            is_loopback(self.peer)
            and self.host in LOCAL_NAMES
            and not self.is_forwarded
            and self.is_own_origin
        )

    @property
    def is_own_origin(self) -> bool:
        """Whether no Origin is given, or the one that names this host and port."""
        given = self.all_of("origin")
        hosts = [host.lower() for host in self.all_of("host")]
        return not given or [urlsplit(one.lower()).netloc for one in given] == hosts


def asked_of(connection: HTTPConnection) -> Asked:
    """The facts of an HTTP request or of a websocket's handshake."""
    client = connection.client
    return asked_with(
        client.host if client else None, connection.headers.items(), connection.cookies
    )


def asked_with(
    peer: str | None,
    headers: Iterable[tuple[str, str]],
    cookies: Mapping[str, str],
    email: str | None = None,
) -> Asked:
    pairs = tuple((name.lower(), value) for name, value in headers)
    return Asked(peer, pairs, dict(cookies), email)


def is_loopback(address: str | None) -> bool:
    """Whether an address is this machine's own; an IPv4 one may come in IPv6's clothes."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_loopback


def host_name(host: str) -> str | None:
    """The name of ``name:port``, in lower case; None for what is no such thing."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # refuses a port that is none
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or not parts.hostname:
        return None
    return parts.hostname.lower().rstrip(".")
