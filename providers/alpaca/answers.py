"""What came of a call through the SDK, as a value: its exceptions hold the request, headers and all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from alpaca.common.exceptions import APIError
from urllib3.exceptions import NewConnectionError

from providers.alpaca.api import Json
from providers.alpaca.refusals import one_line

NOT_FOUND = 404
PROVEN = frozenset({400, 401, 403, 422})
"""Statuses that prove, together with Alpaca's own body, that an order was not taken."""


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
    except (requests.RequestException, OSError, ValueError, RecursionError) as error:
        return NoAnswer(_reason(error), sent=not _never_connected(error))


NOT_JSON = "answered with something that is not JSON"
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (requests.JSONDecodeError, NOT_JSON),
    (requests.ConnectTimeout, "could not be reached in time"),
    (requests.Timeout, "did not answer in time"),
    (requests.TooManyRedirects, "sent us elsewhere, which is not followed"),
    (requests.ConnectionError, "broke the connection"),
    (ValueError, NOT_JSON),
    (RecursionError, NOT_JSON),
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


def is_order(row: object, client_id: str) -> bool:
    return isinstance(row, dict) and bool(row.get("id")) and row.get("client_order_id") == client_id


def holds_error(answer: Answer) -> bool:
    """An error inside 200."""
    return isinstance(answer.json, dict) and "code" in answer.json and "message" in answer.json


def is_refusal(answer: Answer) -> bool:
    """Alpaca's own no, in its JSON: a page of a gateway under the same status proves nothing."""
    return answer.status in PROVEN and "message" in _error_body(answer)


def is_missing(answer: Answer) -> bool:
    """Alpaca itself says 404 of the thing named; a gateway's page or half an answer proves nothing."""
    if answer.status != NOT_FOUND:
        return False
    told = _error_body(answer)
    by_code = str(told.get("code", "")).startswith(str(NOT_FOUND))
    return by_code or "not found for" in str(told.get("message", ""))


def _error_body(answer: Answer) -> Json:
    try:
        told = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def failed(answer: Answer | NoAnswer) -> str:
    if isinstance(answer, NoAnswer):
        return answer.reason
    if answer.status == 200:
        return "answered 200 with something else than was asked for"
    return f"answered {said(answer)}"


def said(answer: Answer) -> str:
    told = one_line(answer.text)
    return f"{answer.status} ({told})" if told else str(answer.status)
