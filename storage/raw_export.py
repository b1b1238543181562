"""A week's raw model calls and research reports as one compressed file that proves itself.

For archives elsewhere: the rows stay in the log, which deletes nothing.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BadInput, ChainBroken
from core.events import calls
from core.types import WeekId
from storage.canonical import RawRow, canonical_json, row_hash
from storage.event_store import SqlEventStore
from storage.statements import COLUMNS
from storage.whole_files import in_folder, replace

RAW_TYPES = tuple(
    cls.__name__
    for cls in (
        calls.ModelCallRequested,
        calls.ModelCallCompleted,
        calls.ModelCallFailed,
        calls.ModelFellBack,
        calls.ResearchRequested,
        calls.ResearchCompleted,
        calls.ResearchFailed,
        calls.ResearchJobRequested,
        calls.ResearchJobStarted,
        calls.ResearchJobEnded,
        calls.ResearchSteppedDown,
    )
)
"""What was asked, answered and reported, word for word, and how it failed."""
NAMES = COLUMNS.split(", ")


class RawManifest(BaseModel):
    """What a raw export holds; ``sha256`` (hex) and ``size`` (bytes) are those of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    week_id: str
    lines: int
    types: dict[str, int]
    last_position: int
    size: int
    sha256: str


def raw_file(folder: Path, week_id: str) -> Path:
    return folder / f"raw-{week_id}.jsonl.gz"


def raw_manifest_file(folder: Path, week_id: str) -> Path:
    return folder / f"raw-{week_id}.manifest.json"


def export_raw(store: SqlEventStore, week_id: WeekId, folder: Path) -> RawManifest:
    """Write the week's calls, one row of the log a line, and a manifest beside them.

    The same rows give the same bytes; an earlier export of the week is replaced whole. BadInput for
    a week without calls.
    """
    rows = [row for chunk in store.chunks(0, RAW_TYPES) for row in chunk if row[6] == week_id]
    if not rows:
        raise BadInput(f"week {week_id} has no model calls: nothing to export")
    content = _compressed(_lines(rows))
    kinds = [row[4] for row in rows]
    manifest = RawManifest(
        week_id=week_id,
        lines=len(rows),
        types={kind: kinds.count(kind) for kind in RAW_TYPES if kind in kinds},
        last_position=rows[-1][0],
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )
    text = json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n"
    with in_folder(folder, f"export of week {week_id}"):
        replace(raw_file(folder, week_id), content)
        replace(raw_manifest_file(folder, week_id), text.encode())
    return manifest


def verify_export(folder: Path, week_id: WeekId) -> RawManifest:
    """The manifest of an export that is whole; ChainBroken names the first line that is not.

    Each line gives its event's hash, as it stands in the log. BadInput for files not to be read.
    """
    file = raw_file(folder, week_id)
    manifest = _manifest(raw_manifest_file(folder, week_id))
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"export {file} cannot be read: {error.strerror}") from error
    whole = (sha256(content).hexdigest(), len(content)) == (manifest.sha256, manifest.size)
    count = sum(1 for _ in _checked(file, content))
    if not whole or count != manifest.lines:
        raise ChainBroken(
            f"export {file} is not the file its manifest knows ({count} of {manifest.lines} lines "
            "hold): export the week again"
        )
    return manifest


def _lines(rows: Iterable[RawRow]) -> Iterator[bytes]:
    for row in rows:
        yield (canonical_json(dict(zip(NAMES, row, strict=True))) + "\n").encode()


def _compressed(lines: Iterable[bytes]) -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed:
        packed.writelines(lines)
    return target.getvalue()


def _manifest(file: Path) -> RawManifest:
    try:
        return RawManifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BadInput(f"export manifest {file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ChainBroken(f"export manifest {file} was altered: export the week again") from error


def _checked(file: Path, content: bytes) -> Iterator[RawRow]:
    number = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            for number, line in enumerate(packed, 1):
                row = tuple(json.loads(line)[name] for name in NAMES)
                if row_hash(row) != row[14]:
                    raise ChainBroken(
                        f"export {file} line {number}: {row[4]} in {row[1]} version {row[2]} was "
                        "altered; export the week again"
                    )
                yield row
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise ChainBroken(
            f"export {file} is damaged after line {number}: export the week again"
        ) from error
