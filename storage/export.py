"""A week as files: raw prompts and answers, normalized values, and its events in a store of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from core.errors import BadInput, StoreUnusable
from core.events.envelope import StoredEvent
from core.types import StoreKind
from storage.event_store import SqlEventStore

COLUMNS = (
    "position, stream_id, version, event_id, type, schema_version, week_id, run_id, payload, "
    "metadata, telemetry, occurred_at, recorded_at, previous_hash, hash"
)
WEEK = StoredEvent._fields.index("week_id")


def export_folder(runs: Path, kind: StoreKind, week_id: str) -> Path:
    """Where a week goes by default: ``runs/week_…`` for a real desk, apart for any other."""
    own = runs if kind is StoreKind.REAL else runs / kind.lower()
    return own / f"week_{week_id}"


def is_exported(folder: Path) -> bool:
    """Whether an export was written to its end; the events come last."""
    return (folder / "events.sqlite").exists()


def export_week(store: SqlEventStore, week_id: str, folder: Path) -> int:
    """Write raw/, normalized/ and events.sqlite into ``folder``; returns the number of events.

    Files of an earlier export are replaced, nothing else in the folder is touched.
    """
    raw = (row for rows in store.chunks() for row in rows if row[WEEK] == week_id)
    rows = [store.registry.stored(row) for row in raw]
    if not rows:
        raise BadInput(f"week {week_id} has no events: nothing to export")
    try:
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        (folder / "normalized").mkdir(exist_ok=True)
        _write_raw(rows, folder / "raw")
        _write_normalized(rows, folder / "normalized")
        _write_events(rows, folder / "events.sqlite")
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise StoreUnusable(
            f"cannot write to {folder}: {why}; free space or choose another folder"
        ) from error
    return len(rows)


def _write_raw(rows: Iterable[StoredEvent], folder: Path) -> None:
    """One file a question and one an answer, exactly as sent and as written."""
    for row in rows:
        name = f"{row.stream_id.split('/', 2)[-1].replace('/', '.')}.{row.version}"
        if row.type == "ModelCallRequested":
            request = row.payload["request"]
            assert isinstance(request, dict)  # by its schema
            messages = request["messages"]
            assert isinstance(messages, list)  # by its schema
            text = "\n\n".join(f"## {m['role']}\n\n{m['content']}" for m in messages)  # type: ignore[index,call-overload]  # by its schema
            (folder / f"{name}.prompt.md").write_text(text, encoding="utf-8")
        elif row.type == "ModelCallCompleted":
            answer = row.payload["answer"]
            assert isinstance(answer, dict)  # by its schema
            (folder / f"{name}.answer.txt").write_text(str(answer["text"]), encoding="utf-8")
        elif row.type == "ResearchCompleted":
            _write_json(folder / f"{name}.answer.json", row.payload["answer"])


def _write_normalized(rows: Iterable[StoredEvent], folder: Path) -> None:
    """Every value a stage gave, by stage and event type; what-if runs under their run id."""
    for row in rows:
        if "value" in row.payload:
            official = row.stream_id.startswith("week/")
            prefix = "" if official else f"{str(row.run_id)[:8]}."
            name = f"{prefix}{row.payload.get('stage')}.{row.type}.json"
            _write_json(folder / name, row.payload["value"])
        elif row.type == "PostmortemWritten":
            _write_json(folder / "postmortem.json", row.payload["postmortem"])


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def _write_events(rows: Iterable[StoredEvent], file: Path) -> None:
    """The envelopes as they stand in the log, in one plain table."""
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    try:
        connection.execute(f"CREATE TABLE events ({COLUMNS})")
        marks = ", ".join("?" * len(COLUMNS.split(",")))
        connection.executemany(f"INSERT INTO events VALUES ({marks})", map(_flat, rows))  # noqa: S608 - only question marks
        connection.commit()
    finally:
        connection.close()


def _flat(row: StoredEvent) -> tuple[object, ...]:
    return tuple(
        json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict) else value
        for value in row
    )
