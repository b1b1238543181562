"""Server-sent events out of the bytes of a response, in pieces of any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

END_OF_LINE = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """``name`` is ``message`` where the server gave none."""

    name: str
    data: str


class EventDecoder:
    """Lines end as the standard says (CRLF, LF, CR) and nowhere else: text may hold U+2028.

    Comments and keep-alives give nothing.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._begun = False

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """The events completed by this piece."""
        self._rest += piece
        if not self._begun:
            if len(self._rest) < len(BYTE_ORDER_MARK):
                return
            self._rest, self._begun = self._rest.removeprefix(BYTE_ORDER_MARK), True
        for line in self._lines():
            event = self._take(line)
            if event is not None:
                yield event

    def close(self) -> ServerEvent | None:
        """The event the server did not end with an empty line, if there is one."""
        self._take(self._rest.rstrip(b"\r"))
        self._rest = b""
        return self._take(b"")

    def _lines(self) -> Iterator[bytes]:
        """Whole lines; a CR at the very end may be half of a CRLF and waits for more."""
        start = 0
        for end in END_OF_LINE.finditer(self._rest):
            if end.group() == b"\r" and end.end() == len(self._rest):
                break
            yield self._rest[start : end.start()]
            start = end.end()
        self._rest = self._rest[start:]

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatched()
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            self._data.append(text)
        elif field == b"event":
            self._name = text
        return None

    def _dispatched(self) -> ServerEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return ServerEvent(name, "\n".join(data)) if data else None
