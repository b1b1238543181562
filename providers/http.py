"""HTTP as every adapter speaks it: one client, an overall deadline, bounded retries, named errors."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import httpx
from pydantic import JsonValue

from core.errors import ModelRefused, ModelTimeout, ModelUnavailable

RETRIED = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
)


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Seconds and counts: ``read_s`` is per read, ``deadline_s`` bounds the call with its retries."""

    connect_s: float = 10.0
    read_s: float = 120.0
    deadline_s: float = 300.0
    retries: int = 3
    backoff_s: float = 1.0
    longest_wait_s: float = 30.0


def client(policy: HttpPolicy) -> httpx.AsyncClient:
    """A client with time-outs on every phase; it follows no redirect and reads no proxy variable."""
    timeout = httpx.Timeout(policy.read_s, connect=policy.connect_s)
    return httpx.AsyncClient(timeout=timeout, trust_env=False, verify=trusted())


@cache
def trusted() -> ssl.SSLContext:
    """The authorities trusted, read once: it takes longer than all else a client needs."""
    return httpx.create_ssl_context()


async def post_json(
    http: httpx.AsyncClient,
    url: str,
    body: JsonValue,
    headers: Mapping[str, str],
    policy: HttpPolicy,
) -> dict[str, JsonValue]:
    """POST and return the JSON object; retried only on 429, 502, 503 and failed connections.

    ModelTimeout past the deadline, ModelRefused for what asking again cannot cure (4xx),
    ModelUnavailable for everything else. Messages name status and host, never a header.
    """
    try:
        async with asyncio.timeout(policy.deadline_s):
            return await _with_retries(http, url, body, headers, policy)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise ModelTimeout(
            f"{httpx.URL(url).host} did not answer within {policy.deadline_s:g} s: "
            "raise timeout_s in config/models.yaml or choose another model"
        ) from error


async def _with_retries(
    http: httpx.AsyncClient,
    url: str,
    body: JsonValue,
    headers: Mapping[str, str],
    policy: HttpPolicy,
) -> dict[str, JsonValue]:
    for attempt in range(policy.retries + 1):
        last = attempt == policy.retries
        try:
            response = await http.post(url, json=body, headers=dict(headers))
        except httpx.ConnectError as error:
            if last:
                raise ModelUnavailable(
                    f"cannot connect to {httpx.URL(url).host}: check the address and the network"
                ) from error
            await asyncio.sleep(_pause(None, attempt, policy))
            continue
        except httpx.HTTPError as error:
            if isinstance(error, httpx.TimeoutException):
                raise
            raise ModelUnavailable(
                f"{httpx.URL(url).host} broke the connection ({type(error).__name__})"
            ) from error
        if response.status_code in RETRIED and not last:
            await asyncio.sleep(_pause(response, attempt, policy))
            continue
        return _object(response)
    raise AssertionError("the last attempt returns or raises")  # the loop always ends above


def _pause(response: httpx.Response | None, attempt: int, policy: HttpPolicy) -> float:
    """``Retry-After`` seconds when given, else full jitter over an exponential step."""
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if asked.isdigit():
        return min(float(asked), policy.longest_wait_s)
    return random.uniform(0, min(policy.backoff_s * 2**attempt, policy.longest_wait_s))


def _object(response: httpx.Response) -> dict[str, JsonValue]:
    host = response.request.url.host
    try:
        body = response.json()
    except ValueError as error:
        raise ModelUnavailable(
            f"{host} answered {response.status_code} with something that is not JSON"
        ) from error
    if response.is_success and isinstance(body, dict):
        return body
    told = _told(body)
    if response.is_client_error and response.status_code not in RETRIED:
        raise ModelRefused(f"{host} refused the call with {response.status_code}: {told}")
    raise ModelUnavailable(f"{host} failed with {response.status_code}: {told}")


def _told(body: JsonValue) -> str:
    """The provider's own words, one short line."""
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else error
    return " ".join(str(message or "no reason given").split())[:300]
