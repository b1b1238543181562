"""A vendor's research jobs over HTTP: what every vendor of them shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from pydantic import JsonValue, SecretStr

from core.errors import JobUncertain
from providers.http import HttpPolicy, client, get_json, post_json, trusted
from providers.research.creation import create_json
from providers.research.job import JobState

Json = Mapping[str, JsonValue]


class HttpJobs(ABC):
    """The JobVendor port but for the vendor's own words: addresses, headers, bodies, statuses."""

    vendor: str

    def __init__(self, key: SecretStr, policy: HttpPolicy | None = None) -> None:
        self._key = key
        self._policy = policy or HttpPolicy()
        trusted()  # read the authorities now, not in the middle of a week

    async def poll(self, job_id: str) -> JobState:
        async with client(self._policy) as http:
            body = await get_json(http, self._url(job_id), self._headers(), self._policy)
        return self._state(body)

    async def cancel(self, job_id: str) -> None:
        url = f"{self._url(job_id)}/cancel"
        async with client(self._policy) as http:
            await post_json(http, url, {}, self._headers(), self._policy)

    async def _created(self, url: str, body: JsonValue) -> str:
        """The new job's id; JobUncertain where the vendor took it and named none."""
        made = await create_json(url, body, self._headers(), self._policy)
        job_id = made.get("id")
        if not isinstance(job_id, str) or not job_id.strip():
            raise JobUncertain(f"{self.vendor} took the job and named no id")
        return job_id

    def _secret(self) -> str:
        return self._key.get_secret_value()

    @abstractmethod
    def _url(self, job_id: str) -> str: ...

    @abstractmethod
    def _headers(self) -> Mapping[str, str]: ...

    @abstractmethod
    def _state(self, body: Json) -> JobState:
        """What the vendor says of a job; GarbledAnswer for a status nobody described."""


def objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """The objects of a list, whatever else is in it."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
