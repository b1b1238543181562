"""Proves the log whole: every chain walked, every gap named, the tail held against an anchor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ChainBroken
from storage.anchors import ANCHORS, Anchors, disagreement, read_anchors
from storage.chain import ChainWalk
from storage.event_store import SqlEventStore

NO_ANCHOR = "whether the newest events were cut off cannot be known without an anchor"


def ignored(_events: int) -> None:
    """For whoever need not know how far the walk is."""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """``first_broken`` is (stream, version, why); ``anchored``: the tail was held against an anchor."""

    ok: bool
    events: int
    streams: int
    first_broken: tuple[str, int, str] | None
    anchored: bool
    message: str


def verify(
    store: SqlEventStore, anchor: Path | None = None, walked: Callable[[int], None] = ignored
) -> VerificationResult:
    """Walk the whole log; with an anchor file also prove that no tail up to it was cut off.

    ``walked`` is told now and then how many events were walked so far. An anchor file that was
    altered is a failed verification; one that cannot be read is BadInput.
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
        walked(walk.events)
    return _result(walk, anchors, anchor, store)


def _broken(
    walk: ChainWalk, store: SqlEventStore, file: Path | None
) -> tuple[str, int, str] | None:
    """What the chains show, and only where they hold, what the file's anchors say of themselves."""
    fault = walk.first_fault()
    if fault is not None:
        return fault.stream_id, fault.version, fault.why
    differing = None if file is None else disagreement(store, file)
    return None if differing is None else (ANCHORS, *differing)


def _result(
    walk: ChainWalk, anchors: Anchors, file: Path | None, store: SqlEventStore
) -> VerificationResult:
    counts = f"{walk.events} events in {len(walk.heads)} streams"
    broken = _broken(walk, store, file)
    if broken is not None:
        stream, version, why = broken
        message = f"stream {stream} version {version} {why} ({counts} walked)"
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
