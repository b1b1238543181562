"""Anchors: every stream's head, written into the log and into a file kept beside it.

The chain proves that nothing inside a stream was changed; only a note kept elsewhere proves that
nothing was cut off its end. Copy the file to another machine and it holds against the owner, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import URL, Engine

from core.clock import Clock
from core.errors import BadInput, ChainBroken, StoreUnusable
from core.events.envelope import GENESIS_HASH, Append, NewEvent, StreamHead, event_id
from core.events.system import AnchoredHead, ChainAnchored
from core.types import StreamId
from storage.canonical import canonical_json
from storage.engine import file_of
from storage.event_store import SqlEventStore

ANCHORS = StreamId("system/anchors")


@dataclass(frozen=True, slots=True)
class Anchors:
    """The newest anchor of a series and every head it knows; none and no heads for an empty one."""

    last: ChainAnchored | None = None
    heads: Mapping[str, StreamHead] = field(default_factory=dict)


def anchor_file(engine: Engine, folder: Path | None = None) -> Path | None:
    """Where a store's anchors go: ``events.anchors.jsonl`` beside ``events.db``.

    Those of a PostgreSQL database go to ``folder``, named by its host and name: they are of use
    only on another machine than the server's. None for a store in memory, or without a folder.
    """
    return anchors_of(engine.url, folder)


def anchors_of(url: URL, folder: Path | None = None) -> Path | None:
    """The same for a store that is known by its address alone."""
    file = file_of(url)
    if file is not None:
        return file.with_suffix(".anchors.jsonl")
    if folder is None or url.get_backend_name() == "sqlite":
        return None
    database = f"{url.host or 'local'}-{url.database}"
    return folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', database)}.anchors.jsonl"


def write_anchor(store: SqlEventStore, file: Path, clock: Clock) -> ChainAnchored:
    """Anchor the log as it is now, in ``system/anchors`` and as one more line of ``file``.

    Asked twice with nothing new in between, it gives the same anchor. Lines a crash kept from the
    file are added; a file that knows an anchor the log has lost is ChainBroken.
    """
    _complete(file, _logged(store))
    version, position = store.head(ANCHORS).version, store.last_position()
    newest = next(iter(store.read(ANCHORS, version - 1)), None) if version else None
    if newest is not None and newest.position == position:
        return ChainAnchored.model_validate(newest.payload)
    known = _folded(_logged(store), "the log's anchors")
    heads = store.heads(at_position=position)
    anchor = ChainAnchored(
        position=position,
        streams=len(heads),
        digest=heads_digest(heads),
        previous_digest=known.last.digest if known.last else GENESIS_HASH,
        moved=tuple(
            AnchoredHead(stream_id=stream, version=head.version, hash=head.hash)
            for stream, head in sorted(heads.items())
            if known.heads.get(stream) != head
        ),
    )
    key = event_id(ANCHORS, "ChainAnchored", position)
    store.commit([Append(ANCHORS, [NewEvent(anchor, key, clock.now())], version)])
    _add_lines(file, [anchor])
    return anchor


def read_anchors(file: Path) -> Anchors:
    """The anchors of a file; one that was altered is ChainBroken with its line."""
    return _folded(_lines(file), f"anchor file {file}")


def disagreement(store: SqlEventStore, file: Path) -> tuple[int, str] | None:
    """The first anchor of the file that the log does not hold as it is there: version and why.

    Each anchor is in the log as well, under its chain's hash: that covers what the digest does not
    (its position), and the newest anchor itself, which no later one has seen.
    """
    logged = [event.payload for event in store.read(ANCHORS)]
    for version, anchor in enumerate(_lines(file), 1):
        if version > len(logged):
            return version, f"is cut off: {file} knows this anchor (position {anchor.position})"
        if anchor.model_dump(mode="json") != logged[version - 1]:
            return version, f"is not what line {version} of {file} says: the file was altered"
    return None


def heads_digest(heads: Mapping[StreamId, StreamHead] | Mapping[str, StreamHead]) -> str:
    """SHA-256 (hex) over the canonical JSON of ``[stream, version, hash]`` sorted by stream."""
    listed = [[stream, head.version, head.hash] for stream, head in sorted(heads.items())]
    return sha256(canonical_json(listed).encode()).hexdigest()


def _folded(anchors: Iterable[ChainAnchored], source: str) -> Anchors:
    last: ChainAnchored | None = None
    heads: dict[str, StreamHead] = {}
    for number, anchor in enumerate(anchors, 1):
        heads |= {head.stream_id: StreamHead(head.version, head.hash) for head in anchor.moved}
        follows = last.digest if last else GENESIS_HASH
        if anchor.previous_digest != follows or heads_digest(heads) != anchor.digest:
            raise ChainBroken(f"{source}: anchor {number} (position {anchor.position}) was altered")
        last = anchor
    return Anchors(last, heads)


def _logged(store: SqlEventStore) -> Iterator[ChainAnchored]:
    """The log's own anchors, one at a time: years of them are never held at once."""
    return (ChainAnchored.model_validate(event.payload) for event in store.read(ANCHORS))


def _lines(file: Path) -> Iterator[ChainAnchored]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"anchor file {file} cannot be read: {error}") from error
    # A last line without its end was torn by a crash; the next anchor writes it again.
    whole = text[: text.rfind("\n") + 1].splitlines()
    for number, line in enumerate(whole, 1):
        try:
            yield ChainAnchored.model_validate_json(line)
        except ValidationError as error:
            raise ChainBroken(f"anchor file {file}: line {number} was altered") from error


def _complete(file: Path, logged: Iterator[ChainAnchored]) -> None:
    """Bring the file up to the log's anchors; it may lag behind the log, never know more."""
    for anchor in _lines(file) if file.exists() else ():
        if next(logged, None) != anchor:
            raise ChainBroken(
                f"anchor file {file} knows an anchor at position {anchor.position} that the log "
                f"does not hold: run verify --anchor {file}"
            )
    missing = list(logged)
    if missing:
        _add_lines(file, missing)


def _add_lines(file: Path, anchors: Sequence[ChainAnchored]) -> None:
    text = "".join(canonical_json(anchor.model_dump(mode="json")) + "\n" for anchor in anchors)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab+") as handle:
            _cut_torn_line(file, handle.fileno())
            handle.write(text.encode())
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise StoreUnusable(f"anchor file {file} cannot be written: {error.strerror}") from error


def _cut_torn_line(file: Path, descriptor: int) -> None:
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.ftruncate(descriptor, whole)
