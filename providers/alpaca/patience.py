"""How long Alpaca is waited for, and asked again; an SDK client that has no patience of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import requests
from alpaca.common.rest import RESTClient
from requests.adapters import HTTPAdapter

from providers.alpaca.answers import Answer, NoAnswer


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

    def pause_s(self, answer: Answer | NoAnswer, attempt: int) -> float:
        """``Retry-After`` seconds when given, else full jitter over an exponential step."""
        asked = answer.retry_after if isinstance(answer, Answer) else ""
        if asked.isascii() and asked.isdigit():
            return min(float(asked), self.longest_wait_s)
        step = self.backoff_s * 2**attempt
        return random.uniform(0, min(step, self.longest_wait_s))


def made_steady(client: RESTClient, policy: RestPolicy) -> None:
    """Takes the client's own retries and the environment's proxy, and gives it our time-outs."""
    # The SDK takes 0 for "not given" and then repeats POSTs on 429 and 504 three times.
    client._retry = 0  # noqa: SLF001 - the SDK has no other way
    client._retry_codes = []  # noqa: SLF001 - as above
    client._session.trust_env = False  # noqa: SLF001 - as above
    for scheme in ("https://", "http://"):
        client._session.mount(scheme, _TimedAdapter(policy))  # noqa: SLF001 - as above


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
