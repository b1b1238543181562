"""Reviews, ideas and guesses of the council's official weeks, as frames to reckon with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from orjson import loads
from sqlalchemy import Select, and_, select

from core.schemas.review import SCORE_NAMES
from storage.projections.council_tables import PitchRow, ReviewRow
from storage.projections.guesses import GuessRow
from storage.projections.lab_tables import LabIdeaRow
from storage.projections.runs import RunRow, WeekRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

WEEKS, RUNS = table_of(WeekRow), table_of(RunRow)
REVIEWS, PITCHES = table_of(ReviewRow), table_of(PitchRow)
IDEAS, GUESSES = table_of(LabIdeaRow), table_of(GuessRow)
NEWEST_REPEATS = 2_000
"""Reviews of reruns that are looked at: beyond them, self-consistency is known well enough."""
REVIEW = ("week_id", "reviewer", "author", "pitch_id", "position", *SCORE_NAMES)
IDEA = ("week_id", "line", "instrument", "direction", "conviction", "seen_return", "ended")
CHANGED = ("stages.peer_review.", "prompt.peer_review.")
"""Overrides under which a reviewer is asked something else than before."""


def lab_reviews(reader: StoreReader) -> pd.DataFrame:
    """Columns of ``REVIEW``: one row a review of an official run, oldest first.

    ``reviewer`` and ``author`` are accounts, ``position`` the place from 1 at which it was shown.
    """
    columns = (
        WEEKS.c.week_id,
        REVIEWS.c.reviewer_account_id,
        REVIEWS.c.pitch_account_id,
        PITCHES.c.idea_id,
        REVIEWS.c.position,
        *(REVIEWS.c[name] for name in SCORE_NAMES),
    )
    pitched = and_(
        PITCHES.c.run_id == REVIEWS.c.run_id, PITCHES.c.account_id == REVIEWS.c.pitch_account_id
    )
    official = REVIEWS.join(WEEKS, WEEKS.c.run_id == REVIEWS.c.run_id).join(PITCHES, pitched)
    return _frame(reader, select(*columns).select_from(official).order_by(WEEKS.c.week_id), REVIEW)


def repeated_reviews(reader: StoreReader) -> pd.DataFrame:
    """Like ``lab_reviews``, of reruns: the same pitch put before the same model in the same way again."""
    rerun = REVIEWS.join(RUNS, RUNS.c.run_id == REVIEWS.c.run_id)
    rows = reader.rows(
        select(REVIEWS, RUNS.c.week_id, RUNS.c.overrides)
        .select_from(rerun)
        .where(RUNS.c.parent_run_id.is_not(None))
        .order_by(RUNS.c.position.desc())
        .limit(NEWEST_REPEATS)
    )
    found = [_repeated(row) for row in rows if not _asked_otherwise(row)]
    return pd.DataFrame(found, columns=[*REVIEW, "reviewer_model"])


def _repeated(row: Any) -> tuple[Any, ...]:
    document = loads(row["document"])
    return (
        *(row["week_id"], row["reviewer_account_id"], row["pitch_account_id"]),
        *(document["pitch_id"], row["position"]),
        *(row[name] for name in SCORE_NAMES),
        document["reviewer_model"],
    )


def _asked_otherwise(row: Any) -> bool:
    return any(key.startswith(CHANGED) for key in loads(row["overrides"]))


def lab_ideas(reader: StoreReader) -> pd.DataFrame:
    """Columns of ``IDEA``: what pitches and chairman wanted, ``seen_return`` a fraction or NaN."""
    columns = [IDEAS.c[name] for name in IDEA]
    found = _frame(reader, select(*columns).order_by(IDEAS.c.week_id, IDEAS.c.line), IDEA)
    return found.assign(seen_return=found["seen_return"].astype(float))


def lab_guesses(reader: StoreReader) -> pd.DataFrame:
    """Columns ``week_id, account_id, guessed_account_id, candidates``, oldest first."""
    names = ("week_id", "account_id", "guessed_account_id", "candidates")
    columns = [GUESSES.c[name] for name in names]
    return _frame(reader, select(*columns).order_by(GUESSES.c.week_id), names)


def _frame(reader: StoreReader, statement: Select[Any], names: Sequence[str]) -> pd.DataFrame:
    rows = [tuple(row.values()) for row in reader.rows(statement)]
    return pd.DataFrame(rows, columns=list(names))
