"""What the store runs on, which schema it has, and which settings its desk and newest run used."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import column, select, table

from core.events import ALL_EVENTS
from storage.engine import EngineFacts, engine_facts
from storage.failures import translated
from storage.projections.desk import DeskRow
from storage.projections.runs import RunRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.revisions import revisions

DESK, RUNS = table_of(DeskRow), table_of(RunRow)


@dataclass(frozen=True, slots=True)
class StoreVersions:
    """``schema`` is what the store has, ``known`` what this program brings it to.

    ``desk`` and ``newest_run`` are fingerprints of settings (hex SHA-256), "" before the first.
    """

    engine: EngineFacts | None
    schema: str
    known: str
    event_types: int
    desk: str
    newest_run: str


def store_versions(reader: StoreReader) -> StoreVersions:
    """Empty texts for a store that is not there."""
    revision = reader.first(select(column("version_num")).select_from(table("alembic_version")))
    desk = reader.first(select(DESK.c.settings_fingerprint))
    run = reader.first(
        select(RUNS.c.settings_fingerprint).order_by(RUNS.c.position.desc()).limit(1)
    )
    return StoreVersions(
        engine=_engine(reader),
        schema="" if revision is None else revision["version_num"],
        known=revisions()[-1],
        event_types=len(ALL_EVENTS),
        desk="" if desk is None else desk["settings_fingerprint"],
        newest_run="" if run is None else run["settings_fingerprint"],
    )


def _engine(reader: StoreReader) -> EngineFacts | None:
    log = reader.log()
    if log is None:
        return None
    with translated(log.engine):
        return engine_facts(log.engine)
