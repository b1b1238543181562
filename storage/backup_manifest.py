"""What a backup says of itself, in a small JSON file beside it that seals itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BadInput, ChainBroken
from storage.canonical import canonical_json
from storage.whole_files import replace


class TableDigest(BaseModel):
    """A read model's table: its number of rows, and a SHA-256 (hex) over them in any order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    digest: str


class BackupManifest(BaseModel):
    """The facts a restore is held against.

    ``log_id`` is the hash of the log's first event, so that backups of two desks are not taken for
    each other's; ``events`` is also the last position; ``heads_digest`` is an anchor's digest.
    ``sha256`` and ``size`` (bytes) are those of the backup file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    created_at: datetime
    source: Literal["sqlite", "postgresql"]
    schema_head: str
    log_id: str
    events: int
    streams: int
    heads_digest: str
    read_models: Mapping[str, TableDigest]
    size: int
    sha256: str


def manifest_file(backup: Path) -> Path:
    """``council.db.manifest.json`` beside ``council.db``."""
    return backup.with_name(f"{backup.name}.manifest.json")


def write_manifest(backup: Path, manifest: BackupManifest) -> None:
    """Write it whole, sealed with the SHA-256 of its own content."""
    content = manifest.model_dump(mode="json")
    text = json.dumps({**content, "seal": _seal(content)}, indent=2) + "\n"
    replace(manifest_file(backup), text.encode())


def read_manifest(backup: Path) -> BackupManifest:
    """BadInput for a manifest that is not there, ChainBroken for one that was altered."""
    file = manifest_file(backup)
    try:
        content = json.loads(file.read_bytes())
        seal = content.pop("seal")
        manifest = BackupManifest.model_validate(content)
    except OSError as error:
        raise BadInput(
            f"backup {backup} has no readable manifest {file.name} beside it ({error.strerror}): "
            "copy both files, or use another backup"
        ) from error
    except (ValueError, ValidationError, KeyError, AttributeError) as error:
        raise _altered(file) from error
    if seal != _seal(manifest.model_dump(mode="json")):
        raise _altered(file)
    return manifest


def _seal(content: Mapping[str, object]) -> str:
    return sha256(canonical_json(content).encode()).hexdigest()


def _altered(file: Path) -> ChainBroken:
    return ChainBroken(f"backup manifest {file} was altered: use another backup")
