"""The desk: what this store is, the settings its runs used, and the slots that were worked off."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection, as_text

THE_ONE = 1
CONFIGURED = ("kind", "profile", "settings_fingerprint", "market_source", "seed")


class DeskRow(SQLModel, table=True):
    """One row: the newest configuration. Times are ISO 8601 texts in UTC, here and in every table."""

    __tablename__ = "desk"

    id: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    profile: str = Field(sa_type=Text)
    settings_fingerprint: str = Field(sa_type=Text)
    market_source: str = Field(sa_type=Text)
    seed: int
    configured_at: str = Field(sa_type=Text)


class SettingsRow(SQLModel, table=True):
    """A policy as JSON under its fingerprint, and the profile's name."""

    __tablename__ = "settings"

    fingerprint: str = Field(sa_column=Column(Text, primary_key=True))
    profile: str = Field(sa_type=Text)
    policy: str = Field(sa_type=Text)


class SlotRow(SQLModel, table=True):
    """One finished slot under its natural key; ``recorded_at`` is wall time."""

    __tablename__ = "slots"

    slot: str = Field(sa_column=Column(Text, primary_key=True))
    job: str = Field(sa_type=Text)
    at: str = Field(sa_type=Text)
    session: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    week_id: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    recorded_at: str = Field(sa_type=Text)


def _configured(rows: Rows, event: StoredEvent) -> None:
    kept = {name: event.payload[name] for name in CONFIGURED}
    rows.put(DeskRow, {"id": THE_ONE, **kept, "configured_at": event.occurred_at})


def _settings(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    rows.put(
        SettingsRow,
        {
            "fingerprint": payload["fingerprint"],
            "profile": payload["policy"]["profile"]["name"],
            "policy": as_text(payload["policy"]),
        },
    )


def _slot(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    rows.put(
        SlotRow,
        {
            "slot": payload["slot"],
            "job": payload["job"],
            "at": event.occurred_at,
            "session": payload["session"],
            "label": payload["label"],
            "week_id": payload["slot_week_id"],
            "outcome": payload["outcome"],
            "detail": payload["detail"],
            "recorded_at": event.recorded_at,
        },
    )


DESK = TableProjection(
    "desk",
    (DeskRow, SettingsRow, SlotRow),
    {"DeskConfigured": _configured, "SettingsRecorded": _settings, "SlotFinished": _slot},
)
