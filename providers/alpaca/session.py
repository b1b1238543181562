"""The SDK's client made safe: paper only, time-outs on every phase, an overall deadline, no retries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from alpaca.trading.client import TradingClient
from requests.adapters import HTTPAdapter

from core.errors import ConfigError

PAPER_URL = "https://paper-api.alpaca.markets"
PAPER_HOST = "paper-api.alpaca.markets"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LIVE_PREFIX = "AK"


@dataclass(frozen=True, slots=True)
class PaperKey:
    """The key pair of one paper account; no print shows it."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RestPolicy:
    """Seconds and counts: ``read_s`` is per read, ``deadline_s`` bounds a call with its retries.

    ``retries`` are for questions alone; an order is sent once.
    """

    connect_s: float = 5.0
    read_s: float = 15.0
    deadline_s: float = 40.0
    retries: int = 4
    backoff_s: float = 0.5
    longest_wait_s: float = 10.0


class PaperClient(TradingClient):
    """alpaca-py's client: raw JSON, none of its retries, our time-outs, no proxy of the environment.

    ConfigError, which never shows the key, for a live key or another host than Alpaca's paper API or
    this machine.
    """

    def __init__(self, key: PaperKey, base_url: str, policy: RestPolicy) -> None:
        refuse_live(key, base_url)
        # Alpaca's own pages give the address with the version, which the SDK adds itself.
        root = base_url.rstrip("/").removesuffix("/v2")
        super().__init__(key.key_id, key.secret, paper=True, raw_data=True, url_override=root)
        # The SDK takes 0 for "not given" and then repeats POSTs on 429 and 504 three times.
        self._retry = 0
        self._retry_codes = []
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _TimedAdapter(policy))


class _TimedAdapter(HTTPAdapter):
    """Every request has (connect, read) time-outs, which the SDK gives none; no retries of its own."""

    def __init__(self, policy: RestPolicy) -> None:
        super().__init__(max_retries=0)
        self._timeout = (policy.connect_s, policy.read_s)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        response = super().send(request, *args, **{**kwargs, "timeout": self._timeout})
        if 300 <= response.status_code < 400:  # the SDK would take it for an empty success
            raise requests.TooManyRedirects("redirected")
        return response


def refuse_live(key: PaperKey, base_url: str) -> None:
    """ConfigError for real money."""
    if key.key_id.startswith(LIVE_PREFIX):
        raise ConfigError(
            f"an Alpaca key is for real money ({LIVE_PREFIX}…): only paper keys (PK…) are used"
        )
    address = urlsplit(base_url)
    paper = (address.scheme, address.hostname) == ("https", PAPER_HOST)
    if not paper and address.hostname not in LOOPBACK:
        raise ConfigError(
            f"Alpaca at {address.hostname} is not allowed (paper only: {PAPER_URL}): "
            "correct APCA_API_BASE_URL"
        )
