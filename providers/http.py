"""HTTP as every adapter speaks it: one client, an overall deadline, bounded retries, named errors."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache

import httpx
from pydantic import JsonValue

from core.errors import KeyRejected
from providers.http_bodies import DONE, Hear
from providers.http_call import Call
from providers.http_policy import HttpPolicy

__all__ = [
    "DONE",
    "Hear",
    "HttpPolicy",
    "client",
    "get_json",
    "post_json",
    "post_stream",
    "trusted",
]


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
    call = Call(http, _request(http, ("POST", url), headers, body), policy)
    return await call.object()


async def get_json(
    http: httpx.AsyncClient, url: str, headers: Mapping[str, str], policy: HttpPolicy
) -> dict[str, JsonValue]:
    """GET the JSON object, failing as `post_json` does; a dropped connection is asked again too."""
    return await Call(http, _request(http, ("GET", url), headers), policy).object()


async def post_stream(  # noqa: PLR0913, PLR0917  # a post and who hears its answer
    http: httpx.AsyncClient,
    url: str,
    body: JsonValue,
    headers: Mapping[str, str],
    policy: HttpPolicy,
    hear: Hear,
) -> dict[str, JsonValue] | None:
    """POST; ``hear`` gets every server-sent event, and nothing is returned.

    ``[DONE]`` ends the stream and is heard as an event of that name without data. A server that
    answers with plain JSON instead has its object returned, or each object of its array heard.
    Fails as `post_json` does until the first event; a stream that breaks off after that is
    StreamFailed and never asked again.
    """
    call = Call(http, _request(http, ("POST", url), headers, body), policy)
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
