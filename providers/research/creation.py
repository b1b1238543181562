"""A POST that creates something paid: proven made, proven not made, or uncertain; never sent twice.

Deliberately, no failure is raised while an exception of httpx is handled: those carry the request
with its headers, and would hand the key on as ``__context__``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import httpx
from pydantic import JsonValue

from core.errors import JobUncertain, KeyRejected, ModelError, ModelUnavailable, RateLimited
from providers.http import HttpPolicy, client
from providers.http_failures import named_failure, out_of_credit
from providers.json_wire import decode
from providers.retry_after import asked_wait, jitter, told_wait
from providers.scrubbing import secrets_of

Json = dict[str, JsonValue]
TIMED_OUT_ELSEWHERE = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT)


class _NotMade(Exception):
    """Surely nothing was made, and asking again may help; it never leaves this module."""

    def __init__(self, failure: ModelError, wait_s: float | None = None) -> None:
        super().__init__()
        self.failure = failure
        self.wait_s = wait_s


async def create_json(
    url: str, body: JsonValue, headers: Mapping[str, str], policy: HttpPolicy
) -> Json:
    """The JSON object of a creation; sent again only after a failed connection or a 429.

    A ModelError proves that nothing was made: no connection, a refusal (3xx, 4xx), or the vendor's
    own error body. Anything else after the request went out is JobUncertain.
    """
    async with client(policy) as http:
        request = _request(http, url, body, headers)
        loop = asyncio.get_running_loop()
        ends = loop.time() + policy.deadline_s
        attempt = 0
        while True:
            try:
                return await _once(http, request, max(0.001, ends - loop.time()))
            except _NotMade as failed:
                last = failed
            wait = jitter(attempt, policy.backoff_s, policy.longest_wait_s)
            if last.wait_s is not None:
                wait = last.wait_s + min(wait, policy.backoff_s)
            if attempt >= policy.retries or loop.time() + wait >= ends:
                break
            attempt += 1
            await asyncio.sleep(wait)
        raise last.failure


def _request(
    http: httpx.AsyncClient, url: str, body: JsonValue, headers: Mapping[str, str]
) -> httpx.Request:
    try:
        return http.build_request("POST", url, json=body, headers=headers)
    except UnicodeEncodeError:  # its repr holds the key
        pass
    raise KeyRejected(
        f"the key for {httpx.URL(url).host} holds a character no header can carry: check it in .env"
    )


async def _once(http: httpx.AsyncClient, request: httpx.Request, left_s: float) -> Json:
    host = request.url.host
    failure: Exception
    try:
        async with asyncio.timeout(left_s):
            response = await http.send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        failure = _NotMade(
            ModelUnavailable(f"cannot connect to {host}: check the address and the network")
        )
    except httpx.UnsupportedProtocol:
        failure = ModelUnavailable(f"{host or 'the address'} is no http(s) address")
    except (httpx.TimeoutException, TimeoutError):
        failure = JobUncertain(f"{host} took the request and did not answer in time")
    except httpx.HTTPError as error:
        failure = JobUncertain(f"{host} broke the connection ({type(error).__name__})")
    else:
        return _read(response, request)
    raise failure


def _read(response: httpx.Response, request: httpx.Request) -> Json:
    host, status = request.url.host, response.status_code
    body = _decoded(response.content)
    error = body.get("error") if isinstance(body, dict) else None
    if response.is_success and isinstance(body, dict) and not error:
        return body
    if not response.is_success and not _proven(status, body):
        raise JobUncertain(f"{host} answered {status} without a reason of its own")
    if response.is_success and not error:
        raise JobUncertain(f"{host} answered {status} with something that is no JSON object")
    secrets = secrets_of(request.headers)
    if response.is_success:  # an error inside HTTP 200
        raise named_failure(host, HTTPStatus.INTERNAL_SERVER_ERROR, body, secrets)
    failure = named_failure(host, status, body, secrets)
    if status == HTTPStatus.TOO_MANY_REQUESTS and not out_of_credit(body):
        wait = asked_wait(response.headers)
        told = told_wait(body) if wait is None else wait
        assert isinstance(failure, RateLimited)  # a 429 that is not about money
        raise _NotMade(failure, told)
    raise failure


def _proven(status: int, body: JsonValue) -> bool:
    """Whether this refusal proves that nothing was made.

    A server's own failure proves it only in its own words: a gateway in between may have passed
    the request on, and a time-out never says what became of it.
    """
    if status in TIMED_OUT_ELSEWHERE:
        return False
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    spoken = body[0] if isinstance(body, list) and body else body
    return isinstance(spoken, dict) and bool(spoken.get("error") or spoken.get("detail"))


def _decoded(raw: bytes) -> JsonValue:
    try:
        return decode(raw)
    except ValueError:
        return None
