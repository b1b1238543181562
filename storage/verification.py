"""Proves the log whole: every chain walked, every gap named, the tail held against an anchor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from core.errors import ChainBroken
from core.events.envelope import Event, StreamHead
from storage.anchors import Anchors, read_anchors
from storage.canonical import row_hash
from storage.chain import EMPTY, ChainWalk, link_fault
from storage.event_store import SqlEventStore
from storage.serialization import malformed

NO_ANCHOR = "whether the newest events were cut off cannot be known without an anchor"


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """``first_broken`` is (stream, version, why); ``anchored``: the tail was held against an anchor."""

    ok: bool
    events: int
    streams: int
    first_broken: tuple[str, int, str] | None
    anchored: bool
    message: str


class Replayed(NamedTuple):
    """A typed event with its place, read from a chain that holds up to here."""

    position: int
    stream_id: str
    version: int
    event_id: str
    week_id: str | None
    run_id: str | None
    occurred_at: str
    event: Event


def verify(store: SqlEventStore, anchor: Path | None = None) -> VerificationResult:
    """Walk the whole log; with an anchor file also prove that no tail up to it was cut off.

    An anchor file that was altered is a failed verification; one that cannot be read is BadInput.
    """
    anchors = Anchors()
    if anchor is not None:
        try:
            anchors = read_anchors(anchor)
        except ChainBroken as error:
            return VerificationResult(False, 0, 0, None, False, str(error))
    walk = ChainWalk(anchors.heads)
    for rows in store.chunks():
        for row in rows:
            walk.step(row)
    return _result(walk, anchors, anchor)


def _result(walk: ChainWalk, anchors: Anchors, file: Path | None) -> VerificationResult:
    counts = f"{walk.events} events in {len(walk.heads)} streams"
    fault = walk.first_fault()
    if fault is not None:
        _, stream, version, why = fault
        message = f"stream {stream} version {version} {why} ({counts} walked)"
        broken = (stream, version, why)
        return VerificationResult(False, walk.events, len(walk.heads), broken, False, message)
    message = f"{counts}: every chain holds; {NO_ANCHOR}"
    if anchors.last is not None:
        message = (
            f"{counts}: every chain holds, and nothing up to position {anchors.last.position} "
            f"was cut off since the anchor in {file}"
        )
    elif file is not None:
        message = f"{counts}: every chain holds; {file} holds no anchor yet, so {NO_ANCHOR}"
    anchored = anchors.last is not None
    return VerificationResult(True, walk.events, len(walk.heads), None, anchored, message)


def verified_replay(store: SqlEventStore) -> Iterator[Replayed]:
    """Every event of the log, typed and upcast, its chain checked on the way.

    The first break is ChainBroken with stream and version, a payload that is not its class's
    StoreError, an unknown or newer event UnknownEvent or NewerSchema; nothing after it is given.
    """
    heads: dict[str, StreamHead] = {}
    validators = {
        (name, cls.event_schema_version): cls.__pydantic_validator__.validate_json
        for name, cls in store.registry.classes.items()
    }
    position = 0
    for rows in store.chunks():
        for row in rows:
            (at, stream, version, event_id, kind, schema, week, run, payload, _, _, occurred,
             _, previous, digest) = row  # fmt: skip
            head = heads.get(stream, EMPTY)
            position += 1
            if (
                at != position
                or version != head[0] + 1
                or previous != head[1]
                or row_hash(row) != digest
            ):
                why = link_fault(row, head) or f"follows a hole at position {position}"
                raise ChainBroken(f"stream {stream} version {version} {why}: run verify")
            heads[stream] = StreamHead(version, digest)
            validate = validators.get((kind, schema))
            if validate is None:
                event = store.decode(store.registry.stored(row))
            else:
                try:
                    event = validate(payload)
                except ValidationError as error:
                    raise malformed(kind, stream, version, error) from error
            yield Replayed(at, stream, version, event_id, week, run, occurred, event)
