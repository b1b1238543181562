"""A maker's own endpoint: its key, one client a call, and a stream that is heard to its end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

from pydantic import JsonValue, SecretStr

from core.errors import ModelError
from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelRequest, Usage
from providers.http import HttpPolicy, client, post_json, post_stream, trusted
from providers.llm.telling import Telling


class Streamed(Protocol):
    """Puts the events of one stream together; ``characters`` of the answer so far."""

    characters: int

    def hear(self, name: str, data: Mapping[str, JsonValue]) -> None: ...

    @property
    def complete(self) -> bool:
        """Whether it was said why the answer ended: after that no text follows."""
        ...

    @property
    def usage(self) -> Usage | None: ...

    def body(self) -> dict[str, JsonValue]:
        """What the endpoint answers without streaming; StreamFailed for a stream that broke off."""
        ...


class MakerModel(ABC):
    """What the LanguageModel adapters of makers share; each has its own bodies and its own parsing."""

    def __init__(
        self,
        key: SecretStr,
        policy: HttpPolicy | None = None,
        *,
        stream: bool = True,
        progress: CallProgress = unheard,
    ) -> None:
        self._key = key
        self._policy = policy or HttpPolicy()
        self._stream = stream
        self._progress = progress
        trusted()  # read the authorities now, not in the middle of a week

    @abstractmethod
    def _url(self, model: str) -> str: ...

    @abstractmethod
    def _headers(self) -> Mapping[str, str]: ...

    @abstractmethod
    def _streamed(self, model: str) -> Streamed: ...

    async def _ask(
        self, request: ModelRequest, body: JsonValue, policy: HttpPolicy
    ) -> Mapping[str, JsonValue]:
        """The whole answer; what breaks before its end carries the tokens told of until then."""
        url, headers = self._url(request.model), self._headers()
        # A client a call: an event loop of its own closes with it, and no idle socket outlives a run.
        async with client(policy) as http:
            if not self._stream:
                return await post_json(http, url, body, headers, policy)
            streamed = self._streamed(request.model)
            telling = Telling(self._progress, request)

            def hear(name: str, data: Mapping[str, JsonValue]) -> None:
                streamed.hear(name, data)
                telling.written(streamed.characters)

            try:
                whole = await post_stream(http, url, body, headers, policy, hear)
            except ModelError as error:
                if not streamed.complete:
                    error.usage = error.usage or streamed.usage
                    raise
                whole = None  # everything was said before the connection broke
            return whole if whole is not None else streamed.body()

    def _secrets(self) -> tuple[str, ...]:
        return (self._key.get_secret_value(),)
