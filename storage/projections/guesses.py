"""Whether a pitch's author can be guessed from its anonymised words: one guess a seat and week.

The words are those a reviewer is shown: scrubbed with the terms of the settings the run began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from core.policy import DeskPolicy
from core.rules.anonymity import Scrubber, anonymous_pitch
from core.rules.statistics.guessing import Author, guessed
from core.schemas.pitch import Pitch
from storage.projections.writing import Rows, TableProjection, as_text

Pitches, Terms = TypeAdapter(tuple[Pitch, ...]), TypeAdapter(tuple[str, ...])
Authors = TypeAdapter(dict[str, Author])
TERMS, RUN, AUTHORS = "terms", "run", "authors"


class GuessRow(SQLModel, table=True):
    """A pitch's account, and the account its words look like among so many ``candidates``."""

    __tablename__ = "identity_guesses"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    guessed_account_id: str = Field(sa_type=Text)
    candidates: int


class GuessStateRow(SQLModel, table=True):
    """What the next guess needs: terms by fingerprint, the newest official run, authors' words."""

    __tablename__ = "identity_state"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)


def _read(rows: Rows, key: str) -> str | None:
    return next((row["document"] for row in rows.read(GuessStateRow, {"key": key})), None)


def _keep(rows: Rows, key: str, document: str) -> None:
    rows.put(GuessStateRow, {"key": key, "document": document})


def _settings(rows: Rows, event: StoredEvent) -> None:
    policy = DeskPolicy.model_validate(event.payload["policy"])
    _keep(rows, f"{TERMS}/{event.payload['fingerprint']}", as_text(policy.identity_terms()))


def _started(rows: Rows, event: StoredEvent) -> None:
    """A rerun is a what-if: its pitches are another week's practice."""
    if event.payload["parent_run_id"] is None:
        names = ("run_id", "settings_fingerprint")
        _keep(rows, RUN, "/".join(str(event.payload[name]) for name in names))


def _pitched(rows: Rows, event: StoredEvent) -> None:
    run, _, settings = (_read(rows, RUN) or "/").partition("/")
    pitches = Pitches.validate_python(event.payload["value"])
    if run != event.payload["run_id"] or not pitches:
        return
    if rows.read(GuessRow, {"week_id": pitches[0].week_id}):
        return
    terms = Terms.validate_json(_read(rows, f"{TERMS}/{settings}") or "[]")
    texts = {_author(one): _words(one, terms) for one in pitches}
    known = Authors.validate_json(_read(rows, AUTHORS) or "{}")
    guesses = guessed(texts, known)
    rows.put(GuessRow, *(_row(one, guesses, pitches) for one in pitches if guesses))
    read = {name: known.get(name, Author()).read(text) for name, text in texts.items()}
    _keep(rows, AUTHORS, as_text(Authors.dump_python({**known, **read}, mode="json")))


def _author(pitch: Pitch) -> str:
    """Another model in the seat is another author."""
    return f"{pitch.account_id} {pitch.model}"


def _words(pitch: Pitch, terms: tuple[str, ...]) -> str:
    seen = anonymous_pitch(pitch, "", Scrubber(terms))
    return "\n".join((*seen.thesis_bullets, seen.invalidation, seen.risk_notes))


def _row(pitch: Pitch, guesses: Mapping[str, str], pitches: tuple[Pitch, ...]) -> dict[str, Any]:
    return {
        "week_id": pitch.week_id,
        "account_id": pitch.account_id,
        "guessed_account_id": guesses[_author(pitch)].partition(" ")[0],
        "candidates": len(pitches),
    }


GUESSES = TableProjection(
    "guesses",
    (GuessRow, GuessStateRow),
    {
        "SettingsRecorded": _settings,
        "RunStarted": _started,
        "PitchesCollected": _pitched,
    },
)
