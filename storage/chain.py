"""Walks the log in position order and says where a stream's chain is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from core.events.envelope import GENESIS_HASH, StreamHead
from storage.canonical import RawRow, row_hash

EMPTY = StreamHead(0, GENESIS_HASH)


class Fault(NamedTuple):
    """A broken place: ``position`` is where the event is, or was before it was taken away."""

    position: int
    stream_id: str
    version: int
    why: str


def link_fault(row: RawRow, head: StreamHead) -> str | None:
    """Why a row does not continue its stream's head, None when it does."""
    version, previous, stored = row[2], row[13], row[14]
    if version != head.version + 1:
        return "is missing" if version > head.version + 1 else "is there twice"
    if previous != head.hash:
        return f"does not continue version {head.version}: one of the two was altered"
    if row_hash(row) != stored or not _whole(row):
        return "was altered: its content does not give its hash"
    return None


def _whole(row: RawRow) -> bool:
    # Texts moved from one column to the next would give the same hash; JSON would not stay whole.
    try:
        return len(row[3]) == 36 and all(
            isinstance(orjson.loads(text), dict) for text in (row[8], row[9])
        )
    except orjson.JSONDecodeError:
        return False


class ChainWalk:
    """Follows every stream at once; ``anchored`` are heads that must be met on the way."""

    def __init__(self, anchored: Mapping[str, StreamHead]) -> None:
        self.heads: dict[str, StreamHead] = {}
        self.events = 0
        self._anchored = anchored
        self._faults: list[Fault] = []
        self._differing: list[Fault] = []
        self._last_seen: dict[str, int] = {}
        self._position = 0
        self._missing: list[tuple[int, RawRow]] = []

    def step(self, row: RawRow) -> None:
        position, stream, version, digest = row[0], row[1], row[2], row[14]
        for gap in range(self._position + 1, position):
            self._missing.append((gap, row))
        head = self.heads.get(stream, EMPTY)
        why = link_fault(row, head)
        if why is not None:
            self._broken(row, head, why)
        met = self._anchored.get(stream)
        if met is not None and met.version == version and met.hash != digest:
            self._differing.append(Fault(position, stream, version, "differs from the anchor"))
        self.heads[stream] = StreamHead(version, digest)
        self._last_seen[stream] = self._position = position
        self.events += 1

    def first_fault(self) -> Fault | None:
        """The earliest broken event; one only an anchor knows of comes after what the chain shows."""
        for faults in (self._faults, self._differing, self._cut_off(), self._nameless()):
            if faults:
                return min(faults)
        return None

    def _broken(self, row: RawRow, head: StreamHead, why: str) -> None:
        stream, version = row[1], row[2]
        if version <= head.version + 1:
            self._faults.append(Fault(row[0], stream, version, why))
            return
        lost = version - head.version - 1
        after = self._last_seen.get(stream, 0)
        places = [gap for gap, _ in self._missing if gap > after][:lost]
        self._missing = [entry for entry in self._missing if entry[0] not in places]
        position = places[0] if places else row[0]
        self._faults.append(Fault(position, stream, head.version + 1, why))

    def _cut_off(self) -> list[Fault]:
        short = []
        for stream, anchor in self._anchored.items():
            version = self.heads.get(stream, EMPTY).version
            if version < anchor.version:
                why = f"is cut off: the anchor saw the stream up to version {anchor.version}"
                short.append(Fault(0, stream, version + 1, why))
        return short

    def _nameless(self) -> list[Fault]:
        return [
            Fault(gap, row[1], row[2], f"follows a hole: position {gap}, the end of some stream")
            for gap, row in self._missing
        ]
