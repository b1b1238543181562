"""HTTP as every adapter speaks it: one client, an overall deadline, bounded retries, named errors.

Deliberately, no failure is raised while an exception of httpx is handled: those carry the request
with its headers, and would hand the key on as ``__context__``.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TypeAlias

import httpx
from pydantic import JsonValue

from core.errors import (
    GarbledAnswer,
    KeyRejected,
    ModelError,
    ModelTimeout,
    ModelUnavailable,
    RateLimited,
    StreamFailed,
)
from providers.http_failures import named_failure, out_of_credit
from providers.json_wire import decode
from providers.retry_after import asked_wait, jitter, told_wait
from providers.scrubbing import secrets_of
from providers.sse import EventDecoder, ServerEvent

RETRIED = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
)
DONE = "[DONE]"

Hear: TypeAlias = Callable[[str, Mapping[str, JsonValue]], None]
"""Takes a stream's events: the event's name and its data."""
Read: TypeAlias = Callable[[httpx.Response], Awaitable[dict[str, JsonValue] | None]]


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Seconds and counts: ``read_s`` is per read, ``deadline_s`` bounds the call with its retries.

    ``longest_wait_s`` bounds a wait of our own choosing; a wait the server asks for is kept, or
    given up at once where it would pass the deadline. ``most_bytes`` bounds an answer.
    """

    connect_s: float = 10.0
    read_s: float = 120.0
    deadline_s: float = 300.0
    retries: int = 3
    backoff_s: float = 1.0
    longest_wait_s: float = 30.0
    most_bytes: int = 64 * 1024 * 1024


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
    """POST and return the JSON object; asked again only on 429, 502, 503 and failed connections.

    ModelTimeout past the deadline, CallRejected and its kin for what asking again cannot cure (4xx),
    RateLimited for a 429 that stayed, GarbledAnswer for what is no JSON object, ModelUnavailable for
    everything else. Messages name host, status and the provider's words, never a header or a key.
    """
    call = _Call(http, _request(http, ("POST", url), headers, body), policy)
    return await call.object()


async def get_json(
    http: httpx.AsyncClient, url: str, headers: Mapping[str, str], policy: HttpPolicy
) -> dict[str, JsonValue]:
    """GET the JSON object, failing as `post_json` does; a dropped connection is asked again too."""
    return await _Call(http, _request(http, ("GET", url), headers), policy).object()


async def post_stream(  # noqa: PLR0913, PLR0917  # a post and who hears its answer
    http: httpx.AsyncClient,
    url: str,
    body: JsonValue,
    headers: Mapping[str, str],
    policy: HttpPolicy,
    hear: Hear,
) -> dict[str, JsonValue] | None:
    """POST; ``hear`` gets every server-sent event, and nothing is returned.

    ``[DONE]`` ends the stream and is heard as an event of that name without data.

    A server that answers with plain JSON instead has its object returned, or each object of its
    array heard. Fails as `post_json` does
    until the first event; a stream that breaks off after that is StreamFailed and never asked again.
    """
    call = _Call(http, _request(http, ("POST", url), headers, body), policy)
    return await call.heard(hear)


def _request(
    http: httpx.AsyncClient,
    target: tuple[str, str],
    headers: Mapping[str, str],
    body: JsonValue = None,
) -> httpx.Request:
    method, url = target
    try:
        return http.build_request(method, url, json=body, headers=headers)
    except UnicodeEncodeError:  # its repr holds the key
        pass
    raise KeyRejected(
        f"the key for {httpx.URL(url).host} holds a character no header can carry: check it in .env"
    )


class _Retry(Exception):
    """The attempt failed with ``failure``, which may be cured; ``wait_s`` as the server asked.

    It never leaves this module.
    """

    def __init__(self, failure: ModelError, wait_s: float | None = None) -> None:
        super().__init__()
        self.failure = failure
        self.wait_s = wait_s


class _Call:
    """One request with its attempts under one deadline."""

    def __init__(self, http: httpx.AsyncClient, request: httpx.Request, policy: HttpPolicy) -> None:
        self._http = http
        self._request = request
        self._policy = policy
        self._host = request.url.host
        self._secrets = secrets_of(request.headers)
        self._ends = 0.0

    async def object(self) -> dict[str, JsonValue]:
        found = await self._bounded(self._whole)
        assert found is not None  # only a stream returns nothing
        return found

    async def heard(self, hear: Hear) -> dict[str, JsonValue] | None:
        async def read(response: httpx.Response) -> dict[str, JsonValue] | None:
            kind = response.headers.get("content-type", "")
            if "event-stream" in kind:
                await self._streamed(response, hear)
                return None
            return await self._whole(response, hear)

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
            wait = failed.wait_s + min(wait, self._policy.backoff_s)  # not all at the same instant
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
                return await read(response)
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
            return _Retry(
                ModelUnavailable(
                    f"cannot connect to {self._host}: check the address and the network"
                )
            )
        if isinstance(error, httpx.TimeoutException):
            return ModelTimeout(self._late(self._policy.read_s))
        if isinstance(error, httpx.UnsupportedProtocol):
            return ModelUnavailable(f"{self._host or 'the address'} is no http(s) address")
        return self._broken(error)

    def _broken(self, error: httpx.HTTPError) -> Exception:
        failure = ModelUnavailable(f"{self._host} broke the connection ({type(error).__name__})")
        return _Retry(failure) if self._request.method == "GET" else failure

    async def _refused(self, response: httpx.Response) -> Exception:
        raw = await self._body(response)
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

    async def _whole(
        self, response: httpx.Response, hear: Hear | None = None
    ) -> dict[str, JsonValue] | None:
        raw = await self._body(response)
        try:
            body = decode(raw)
        except ValueError:
            body = None
        parts = body if isinstance(body, list) else []
        objects = [part for part in parts if isinstance(part, dict)]
        if hear is not None and objects and len(objects) == len(parts):
            for part in objects:
                hear("message", part)
            return None
        if not isinstance(body, dict):
            raise GarbledAnswer(
                f"{self._host} answered {response.status_code} with something that is not JSON"
                if body is None
                else f"{self._host} answered with JSON that is no object"
            )
        return body

    async def _body(self, response: httpx.Response) -> bytes:
        return b"".join([piece async for piece in self._pieces(response)])

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        size = 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > self._policy.most_bytes:
                raise GarbledAnswer(f"{self._host} sends more than {self._policy.most_bytes} bytes")
            yield piece

    async def _streamed(self, response: httpx.Response, hear: Hear) -> None:
        decoder = EventDecoder()
        broken = ""
        try:
            async for piece in self._pieces(response):
                for event in decoder.feed(piece):
                    if event.data.strip() == DONE:
                        hear(DONE, {})
                        return
                    hear(event.name, self._data(event))
        except httpx.TimeoutException:
            raise
        except httpx.HTTPError as error:
            broken = type(error).__name__
        if broken:
            raise StreamFailed(f"{self._host} broke off its stream ({broken})")
        last = decoder.close()
        if last is not None:
            self._say_last(last, hear)

    def _say_last(self, last: ServerEvent, hear: Hear) -> None:
        """The stream ended in the middle of its last event: whole, or torn and nothing."""
        if last.data.strip() == DONE:
            hear(DONE, {})
            return
        try:
            data = decode(last.data)
        except ValueError:
            return
        if isinstance(data, dict):
            hear(last.name, data)

    def _data(self, event: ServerEvent) -> Mapping[str, JsonValue]:
        try:
            data = decode(event.data)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise GarbledAnswer(f"{self._host} streamed an event that is no JSON object")
        return data

    def _late(self, seconds: float) -> str:
        return (
            f"{self._host} did not answer within {round(seconds, 2):g} s: "
            "raise timeout_s in config/models.yaml or choose another model"
        )
