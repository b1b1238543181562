"""The SDK's client made safe: paper only, time-outs on every phase, an overall deadline, no retries."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status and a body, JSON read where it was JSON (else None)."""

    status: int
    json: Any
    text: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable came back; ``sent`` is False only where the request never left."""

    reason: str
    sent: bool = True


class PaperClient(TradingClient):
    """alpaca-py's client: raw JSON, none of its retries, our time-outs, no proxy of the environment.

    ConfigError, which never shows the key, for a live key or another host than Alpaca's paper API or
    this machine.
    """

    def __init__(self, key: PaperKey, base_url: str, policy: RestPolicy) -> None:
        refuse_live(key, base_url)
        super().__init__(
            key.key_id, key.secret, paper=True, raw_data=True, url_override=base_url.rstrip("/")
        )
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


def ask(call: Callable[[], Any], within_s: float) -> Answer | NoAnswer:
    """What came of one SDK call, whatever it raised, after ``within_s`` seconds at most.

    It runs beside the caller, since neither a name look-up nor a head sent byte by byte ends with a
    time-out of the socket; one that overruns is left alone and no longer listened to.
    """
    results: list[Answer | NoAnswer] = []

    def run() -> None:
        results.append(_told(call))

    thread = threading.Thread(target=run, name="alpaca call", daemon=True)
    thread.start()
    thread.join(max(within_s, 0.0))
    if not results:
        return NoAnswer(f"did not answer within {within_s:.3g} s")
    return results[0]


def _told(call: Callable[[], Any]) -> Answer | NoAnswer:
    """The SDK's result or exception as a value: its exceptions hold the request, headers and all."""
    try:
        return Answer(200, call())
    except APIError as error:
        response = error.response
        retry_after = response.headers.get("Retry-After", "") if response is not None else ""
        return Answer(error.status_code or 0, None, str(error), retry_after)
    except (requests.RequestException, OSError) as error:
        return NoAnswer(_reason(error), sent=not _never_connected(error))


REASONS: tuple[tuple[type[Exception], str], ...] = (
    (requests.JSONDecodeError, "answered with something that is not JSON"),
    (requests.ConnectTimeout, "could not be reached in time"),
    (requests.Timeout, "did not answer in time"),
    (requests.TooManyRedirects, "sent us elsewhere, which is not followed"),
    (requests.ConnectionError, "broke the connection"),
)


def _reason(error: Exception) -> str:
    if _never_connected(error) and not isinstance(error, requests.ConnectTimeout):
        return "could not be reached"
    return next((why for kind, why in REASONS if isinstance(error, kind)), type(error).__name__)


def _never_connected(error: Exception) -> bool:
    """True where no connection was made, so that nothing can have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
