"""Where a week's numbers come from: its run, what it ran under, and the heads of its streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.desk.writing import MARKET_STREAM, account_stream, week_stream
from core.types import AccountId, RunId, WeekId
from storage.projections.runs import RunRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, RUNS = table_of(EventRow), table_of(RunRow)


@dataclass(frozen=True, slots=True)
class Head:
    """A stream's last event: its version, and the hash (hex) that covers all before it."""

    stream: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Fingerprints are SHA-256 in hex; ``position`` is the log's last event when this was read."""

    run_id: RunId
    settings_fingerprint: str
    prompts_fingerprint: str
    position: int
    heads: tuple[Head, ...]


def provenance(
    reader: StoreReader, week_id: WeekId, run_id: RunId, accounts: Sequence[AccountId]
) -> Provenance | None:
    """None for a run nobody started. Heads of the week's stream, the marks and every account."""
    run = reader.first(select(RUNS).where(RUNS.c.run_id == run_id))
    if run is None:
        return None
    last = reader.first(select(func.max(EVENTS.c.position).label("position")))
    streams = [week_stream(week_id), MARKET_STREAM, *map(account_stream, accounts)]
    heads = (_head(reader, stream) for stream in streams)
    return Provenance(
        run_id=run_id,
        settings_fingerprint=run["settings_fingerprint"],
        prompts_fingerprint=run["prompts_fingerprint"],
        position=int(last["position"] or 0) if last else 0,
        heads=tuple(head for head in heads if head is not None),
    )


def _head(reader: StoreReader, stream: str) -> Head | None:
    row = reader.first(
        select(EVENTS.c.version, EVENTS.c.hash)
        .where(EVENTS.c.stream_id == stream)
        .order_by(EVENTS.c.version.desc())
        .limit(1)
    )
    return None if row is None else Head(stream, row["version"], row["hash"])
