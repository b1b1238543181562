"""Which of a week's models may have known how it went: the settings the run began with say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso, in_new_york
from core.profile import RULES_VENDOR
from core.rules.contamination import Knowledge, knowledge
from core.types import WeekId
from storage.projections.calls import CallRow, CallStatus
from storage.projections.council_tables import DecisionRow, PitchRow
from storage.projections.desk import SettingsRow
from storage.projections.runs import RunRow, WeekRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

WEEKS, RUNS, SETTINGS = table_of(WeekRow), table_of(RunRow), table_of(SettingsRow)
PITCHES, DECISIONS, CALLS = table_of(PitchRow), table_of(DecisionRow), table_of(CallRow)
CHAIR = "chairman"


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model as the settings of a run described it; ``cutoff`` None when nobody said."""

    model: str
    name: str
    family: str | None
    cutoff: date | None
    source: str | None

    @property
    def computed(self) -> bool:
        return self.model.startswith(f"{RULES_VENDOR}/")


@dataclass(frozen=True, slots=True)
class Witness:
    """A model that spoke in a week: at ``seat`` (account, ``chairman`` or ``research/A``)."""

    week_id: WeekId
    seat: str
    record: ModelRecord
    state: Knowledge


def week_witnesses(reader: StoreReader) -> tuple[Witness, ...]:
    """Every model that pitched, researched or decided in an official run, by week and seat."""
    casts = {
        row["fingerprint"]: dict(_models(loads(row["policy"])["profile"]))
        for row in reader.rows(select(SETTINGS))
    }
    weeks = {row["run_id"]: row for row in _official(reader)}
    spoken = {**_asked(reader), **_pitched(reader), **_decided(reader)}
    found = (
        _witness(weeks[run], seat, model, casts)
        for (run, seat), model in spoken.items()
        if run in weeks
    )
    return tuple(sorted(found, key=lambda one: (one.week_id, one.seat)))


def _official(reader: StoreReader) -> Any:
    return reader.rows(
        select(WEEKS.c.week_id, RUNS.c.run_id, RUNS.c.started_at, RUNS.c.settings_fingerprint).join(
            RUNS, RUNS.c.run_id == WEEKS.c.run_id
        )
    )


def _pitched(reader: StoreReader) -> dict[tuple[str, str], str]:
    """The seat's model, or whoever answered in its place."""
    deputies = _deputies(reader, "pitch")
    rows = reader.rows(select(PITCHES.c.run_id, PITCHES.c.account_id, PITCHES.c.model))
    keys = {(row["run_id"], row["account_id"]): row["model"] for row in rows}
    return {key: deputies.get(key, model) for key, model in keys.items()}


def _decided(reader: StoreReader) -> dict[tuple[str, str], str]:
    rows = reader.rows(
        select(DECISIONS.c.run_id, DECISIONS.c.chairman_model).where(
            DECISIONS.c.chairman_model != ""
        )
    )
    return {(row["run_id"], CHAIR): row["chairman_model"] for row in rows}


def _asked(reader: StoreReader) -> dict[tuple[str, str], str]:
    """Who researched: the researcher whose answer came, or its deputy."""
    rows = reader.rows(
        select(CALLS.c.run_id, CALLS.c.call, CALLS.c.model, CALLS.c.deputy)
        .where(CALLS.c.call.like("research/%"), CALLS.c.status == CallStatus.ANSWERED)
        .order_by(CALLS.c.position)
    )
    return {(row["run_id"], row["call"]): row["deputy"] or row["model"] for row in rows}


def _deputies(reader: StoreReader, stage: str) -> dict[tuple[str, str], str]:
    rows = reader.rows(
        select(CALLS.c.run_id, CALLS.c.call, CALLS.c.deputy).where(
            CALLS.c.call.like(f"{stage}/%"), CALLS.c.deputy.is_not(None)
        )
    )
    return {(row["run_id"], row["call"].partition("/")[2]): row["deputy"] for row in rows}


def _witness(
    week: Any, seat: str, model: str, casts: Mapping[str, Mapping[str, ModelRecord]]
) -> Witness:
    cast = casts.get(week["settings_fingerprint"], {})
    record = cast.get(model, ModelRecord(model, model, None, None, None))
    asked_on = in_new_york(from_iso(week["started_at"])).date()
    week_id = WeekId(week["week_id"])
    state = knowledge(week_id, record.cutoff, asked_on, computed=record.computed)
    return Witness(week_id, seat, record, state)


def _models(profile: Mapping[str, Any]) -> Iterator[tuple[str, ModelRecord]]:
    """Everybody a profile on record may ask, by model."""
    researchers = list(profile.get("researchers", {}).values())
    asked = [*researchers, *profile.get("chairman_chain", []), profile["chairman"]]
    for one in [*asked, *profile["seats"]]:
        yield from _lineage(one)


def _lineage(one: Mapping[str, Any]) -> Iterator[tuple[str, ModelRecord]]:
    for other in one.get("fallbacks", []):
        yield from _lineage(other)
    cutoff = one.get("knowledge_cutoff")
    yield (
        one["model"],
        ModelRecord(
            model=one["model"],
            name=one["name"],
            family=one.get("family"),
            cutoff=date.fromisoformat(cutoff) if cutoff else None,
            source=one.get("knowledge_source"),
        ),
    )


def by_week(witnesses: tuple[Witness, ...]) -> dict[WeekId, list[Knowledge]]:
    found: dict[WeekId, list[Knowledge]] = defaultdict(list)
    for one in witnesses:
        found[one.week_id].append(one.state)
    return found
