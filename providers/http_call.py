"""One request with its attempts under one deadline; what goes wrong is named and shows no key.

Deliberately, no failure is raised while an exception of httpx is handled: those carry the request
with its headers, and would hand the key on as ``__context__``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias

import httpx
from pydantic import JsonValue

from core.errors import (
    AnswerLost,
    GarbledAnswer,
    ModelError,
    ModelTimeout,
    ModelUnavailable,
    RateLimited,
)
from providers.http_bodies import Body, Hear
from providers.http_failures import named_failure, out_of_credit
from providers.http_policy import HttpPolicy
from providers.json_wire import decode
from providers.retry_after import asked_wait, jitter, told_wait
from providers.scrubbing import secrets_of

RETRIED = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
)

Read: TypeAlias = Callable[[Body], Awaitable[dict[str, JsonValue] | None]]


class _Retry(Exception):
    """The attempt failed with ``failure``, which may be cured; ``wait_s`` as the server asked.

    It never leaves this module.
    """

    def __init__(self, failure: ModelError, wait_s: float | None = None) -> None:
        super().__init__()
        self.failure = failure
        self.wait_s = wait_s


class Call:
    """One request with its attempts under one deadline."""

    def __init__(self, http: httpx.AsyncClient, request: httpx.Request, policy: HttpPolicy) -> None:
        self._http = http
        self._request = request
        self._policy = policy
        self._host = request.url.host
        self._secrets = secrets_of(request.headers)
        self._ends = 0.0

    async def object(self) -> dict[str, JsonValue]:
        async def read(body: Body) -> dict[str, JsonValue] | None:
            return await body.object()

        found = await self._bounded(read)
        assert found is not None  # only a stream returns nothing
        return found

    async def heard(self, hear: Hear) -> dict[str, JsonValue] | None:
        async def read(body: Body) -> dict[str, JsonValue] | None:
            return await body.heard(hear)

        return await self._bounded(read)

    async def _bounded(self, read: Read) -> dict[str, JsonValue] | None:
        self._ends = asyncio.get_running_loop().time() + self._policy.deadline_s
        try:
            async with asyncio.timeout(self._policy.deadline_s):
                return await self._with_retries(read)
        except TimeoutError:
            pass
        raise ModelTimeout(self._late(self._policy.deadline_s))

    async def _with_retries(self, read: Read) -> dict[str, JsonValue] | None:
        for attempt in range(self._policy.retries + 1):
            try:
                return await self._attempt(read)
            except _Retry as retry:
                failed = retry
            wait = self._wait(failed, attempt)
            if wait is None:
                break
            await asyncio.sleep(wait)
        raise failed.failure

    def _wait(self, failed: _Retry, attempt: int) -> float | None:
        """Seconds until the next attempt; None when there is none in the number or the time allowed."""
        if attempt >= self._policy.retries:
            return None
        wait = jitter(attempt, self._policy.backoff_s, self._policy.longest_wait_s)
        left = self._ends - asyncio.get_running_loop().time()
        if failed.wait_s is not None:
            spare = max(0.0, left - failed.wait_s)  # some later than asked: not all at one instant
            wait = failed.wait_s + min(wait, self._policy.backoff_s, spare / 2)
        return wait if wait < left else None

    async def _attempt(self, read: Read) -> dict[str, JsonValue] | None:
        """One try. What httpx raises is named here and forgotten before it is raised again."""
        failure: Exception
        try:
            response = await self._http.send(self._request, stream=True)
        except httpx.HTTPError as error:
            failure = self._unsent(error)
        else:
            return await self._answered(response, read)
        raise failure

    async def _answered(self, response: httpx.Response, read: Read) -> dict[str, JsonValue] | None:
        failure: Exception
        try:
            if not response.is_success:
                failure = await self._refused(response)
            else:
                return await read(Body(response, self._policy.most_bytes))
        except httpx.TimeoutException:
            failure = ModelTimeout(self._late(self._policy.read_s))
        except httpx.DecodingError:
            failure = GarbledAnswer(f"{self._host} sent a body that cannot be decompressed")
        except httpx.HTTPError as error:
            failure = self._broken(error)
        finally:
            await response.aclose()
        raise failure

    def _unsent(self, error: httpx.HTTPError) -> Exception:
        """The request got no answer; it surely did not arrive where no connection was made."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            why = "its certificate is not trusted" if "CERTIFICATE" in str(error) else ""
            hint = why or "check the address and the network"
            return _Retry(ModelUnavailable(f"cannot connect to {self._host}: {hint}"))
        if isinstance(error, httpx.TimeoutException):
            return ModelTimeout(self._late(self._policy.read_s))
        if isinstance(error, httpx.UnsupportedProtocol):
            return ModelUnavailable(f"{self._host or 'the address'} is no http(s) address")
        return self._broken(error)

    def _broken(self, error: httpx.HTTPError) -> Exception:
        failure = AnswerLost(f"{self._host} broke the connection ({type(error).__name__})")
        return _Retry(failure) if self._request.method == "GET" else failure

    async def _refused(self, response: httpx.Response) -> Exception:
        raw = await Body(response, self._policy.most_bytes).raw()
        try:
            body = decode(raw)
        except ValueError:
            body = None
        status = response.status_code
        failure = named_failure(self._host, status, body, self._secrets)
        if status not in RETRIED or (
            status == HTTPStatus.TOO_MANY_REQUESTS and out_of_credit(body)
        ):
            return failure
        asked = asked_wait(response.headers)
        if asked is None:
            asked = told_wait(body)
        if asked is not None and isinstance(failure, RateLimited):
            failure = RateLimited(f"{failure} (asked to wait {asked:g} s)")
        return _Retry(failure, asked)

    def _late(self, seconds: float) -> str:
        return (
            f"{self._host} did not answer within {round(seconds, 2):g} s: "
            "raise timeout_s in config/models.yaml or choose another model"
        )
