"""What an answer brings: one JSON object, or the events of a stream as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeAlias

import httpx
from pydantic import JsonValue

from core.errors import GarbledAnswer, StreamFailed
from providers.json_wire import decode, decode_whole
from providers.sse import EventDecoder, ServerEvent

DONE = "[DONE]"
PLAIN_BEGINS = (b"{", b"[")
ALIVE = ("ping", "keepalive", "keep-alive", "heartbeat")
"""Events that only say that the connection stands; what they hold is no part of an answer."""
STREAM_BEGINS = (b"data:", b"event:", b":", b"id:", b"retry:")

Hear: TypeAlias = Callable[[str, Mapping[str, JsonValue]], None]
"""Takes a stream's events: the event's name and its data."""


class Body:
    """The body of one response, of at most ``most_bytes``; GarbledAnswer for what is no protocol."""

    def __init__(self, response: httpx.Response, most_bytes: int) -> None:
        self._response = response
        self._most_bytes = most_bytes
        self._host = response.request.url.host

    async def raw(self) -> bytes:
        return b"".join([piece async for piece in self._pieces()])

    async def object(self) -> dict[str, JsonValue]:
        return self._object(await self.raw())

    async def heard(self, hear: Hear) -> dict[str, JsonValue] | None:
        """Hears a stream, whatever it is labelled; the object of a server that does not stream.

        An array of objects is a stream told at once, each heard.
        """
        labelled = "event-stream" in self._response.headers.get("content-type", "")
        raw = await self._streamed(hear) if labelled else await self.raw()
        if raw is None:
            return None
        if raw.lstrip().startswith(STREAM_BEGINS):
            self._say(EventDecoder(), raw, hear)
            return None
        parts = _objects(raw)
        for part in parts:
            hear("message", part)
        return None if parts else self._object(raw)

    def _object(self, raw: bytes) -> dict[str, JsonValue]:
        try:
            body = decode_whole(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise GarbledAnswer(
                f"{self._host} answered {self._response.status_code} with something that is not JSON"
                if body is None
                else f"{self._host} answered with JSON that is no object"
            )
        return body

    async def _pieces(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._response.aiter_bytes():
            size += len(piece)
            if size > self._most_bytes:
                raise GarbledAnswer(f"{self._host} sends more than {self._most_bytes} bytes")
            yield piece

    async def _streamed(self, hear: Hear) -> bytes | None:
        """Hears the events as they come; the whole body where it is plain JSON after all."""
        decoder, pieces = EventDecoder(), self._pieces()
        broken = ""
        try:
            head = await _first_words(pieces)
            if head.startswith(PLAIN_BEGINS):
                return head + b"".join([piece async for piece in pieces])
            if self._ended(decoder, head, hear):
                return None
            async for piece in pieces:
                if self._ended(decoder, piece, hear):
                    return None
        except httpx.TimeoutException:
            raise
        except httpx.HTTPError as error:
            broken = type(error).__name__
        if broken:
            raise StreamFailed(f"{self._host} broke off its stream ({broken})")
        self._say_last(decoder.close(), hear)
        return None

    def _say(self, decoder: EventDecoder, raw: bytes, hear: Hear) -> None:
        if not self._ended(decoder, raw, hear):
            self._say_last(decoder.close(), hear)

    def _ended(self, decoder: EventDecoder, piece: bytes, hear: Hear) -> bool:
        """Hears the events of a piece; whether the last word was among them."""
        for event in decoder.feed(piece):
            if event.data.strip() == DONE:
                hear(DONE, {})
                return True
            if event.data.strip() and event.name not in ALIVE:
                hear(event.name, self._data(event))
        return False

    def _say_last(self, last: ServerEvent | None, hear: Hear) -> None:
        """The stream ended in the middle of its last event: whole, or torn and nothing."""
        if last is None:
            return
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


async def _first_words(pieces: AsyncIterator[bytes]) -> bytes:
    """The beginning of a body up to its first piece that is not blank; empty when there is none."""
    head = b""
    async for piece in pieces:
        head += piece
        if head.strip():
            break
    return head.lstrip()


def _objects(raw: bytes) -> list[dict[str, JsonValue]]:
    """The objects of an array that holds nothing else; empty for anything else."""
    try:
        body = decode(raw)
    except ValueError:
        return []
    parts = body if isinstance(body, list) else []
    objects = [part for part in parts if isinstance(part, dict)]
    return objects if len(objects) == len(parts) else []
