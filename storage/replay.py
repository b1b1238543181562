"""The whole log as typed events, every chain checked on the way: for whoever reads it outside the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from pydantic import ValidationError

from core.errors import ChainBroken
from core.events.envelope import GENESIS_HASH, Event, StreamHead
from storage.chain import link_fault
from storage.event_store import SqlEventStore
from storage.serialization import malformed

READ = (
    "position, stream_id, version, event_id, type, schema_version, week_id, run_id, payload, "
    "metadata, occurred_at, previous_hash, hash"
)

new_tuple = tuple.__new__  # a NamedTuple's own constructor takes twice as long


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


def verified_replay(store: SqlEventStore) -> Iterator[Replayed]:
    """Every event of the log, typed and upcast, in position order.

    The first break is ChainBroken with stream and version, a payload that is not its class's
    StoreError, an unknown or newer event UnknownEvent or NewerSchema; nothing after it is given.
    """
    heads: dict[str, tuple[int, str]] = {}
    known = _validators(store)
    genesis, position = (0, GENESIS_HASH), 0
    # One loop with row_hash written out: this is read a million times, and calls cost.
    for rows in store.snapshot(READ):
        for (at, stream, version, event_id, kind, schema, week, run, payload, metadata, occurred,
             previous, digest) in rows:  # fmt: skip
            last, head = heads.get(stream, genesis)
            position += 1
            week_text = "null" if week is None else f'"{week}"'
            run_text = "null" if run is None else f'"{run}"'
            text = (
                f'{{"event_id":"{event_id}","metadata":{metadata},"occurred_at":"{occurred}",'
                f'"payload":{payload},"previous_hash":"{head}","run_id":{run_text},'
                f'"schema_version":{schema},"stream_id":"{stream}","type":"{kind}",'
                f'"version":{version},"week_id":{week_text}}}'
            )
            if (
                sha256(text.encode()).hexdigest() != digest
                or previous != head
                or version != last + 1
                or at != position
            ):
                raise _broken(store, at, StreamHead(last, head))
            heads[stream] = (version, digest)
            validate = known.get((kind, schema))
            try:
                event = validate(payload) if validate else _upcast(store, at)
            except ValidationError as error:
                raise malformed(kind, stream, version, error) from error
            yield new_tuple(Replayed, (at, stream, version, event_id, week, run, occurred, event))


def _validators(store: SqlEventStore) -> dict[tuple[str, int], Callable[[str], Event]]:
    return {
        (name, cls.event_schema_version): cls.__pydantic_validator__.validate_json
        for name, cls in store.registry.classes.items()
    }


def _upcast(store: SqlEventStore, position: int) -> Event:
    (event,) = islice(store.read_all(position - 1), 1)
    return store.decode(event)


def _broken(store: SqlEventStore, position: int, head: StreamHead) -> ChainBroken:
    row = next(store.chunks(position - 1))[0]
    why = link_fault(row, head) or f"at position {position} follows a hole"
    return ChainBroken(f"stream {row[1]} version {row[2]} {why}: run verify")
