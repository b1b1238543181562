"""The lab's frames as the arrays its rules reckon with, in the weeks that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.market import Floats
from core.rules.lab_picks import CHAIRMAN, PM
from core.rules.lab_reviewers import ReviewTable
from core.rules.lab_tracks import Lineages
from core.rules.statistics.sheets import ScoreSheet
from core.schemas.review import SCORE_NAMES
from core.types import AccountId, Direction, WeekId
from storage.queries.lab import lab_lineages
from storage.queries.lab_knowledge import Witness
from storage.queries.lab_reviews import lab_ideas, lab_reviews, repeated_reviews
from storage.queries.reader import StoreReader

SIGNS = {one.value: float(one.sign) for one in Direction}


@dataclass(frozen=True, slots=True, eq=False)
class IdeaArrays:
    """By line (``chairman``, ``pm/acct_1``, …): convictions and returns (n,), of ideas that ended.

    A seat's ideas under an earlier model are a line of their own (``pm/acct_1@2026-11-18``).
    ``members`` are the PMs' directions (weeks, PMs), ``chairman`` the chairman's (weeks,).
    """

    convictions: Mapping[str, Floats]
    returns: Mapping[str, Floats]
    members: Floats
    chairman: Floats


def review_table(
    reader: StoreReader, witnesses: Collection[Witness], weeks: Collection[WeekId]
) -> tuple[ReviewTable, dict[str, float]]:
    """Every review of these weeks, and what each pitch brought, by its id."""
    reviews = lab_reviews(reader)
    reviews = reviews[reviews["week_id"].isin(list(weeks))].reset_index(drop=True)
    seats = _Seats.of(lab_lineages(reader), witnesses)
    table = ReviewTable(
        weeks=_labels(reviews["week_id"]),
        reviewers=_named(reviews, seats),
        pitches=_labels(reviews["pitch_id"]),
        places=reviews["position"].to_numpy(dtype=np.float64),
        scores={name: reviews[name].to_numpy(dtype=np.float64) for name in SCORE_NAMES},
        own=np.array([seats.related(*one) for one in _pairs(reviews)], dtype=bool),
        repeats=_repeats(repeated_reviews(reader), reviews, seats),
    )
    return table, _brought(reviews, lab_ideas(reader))


def idea_arrays(reader: StoreReader, weeks: Collection[WeekId]) -> IdeaArrays:
    """Every idea of these weeks; convictions and returns of those that have ended."""
    ideas = lab_ideas(reader)
    ideas = ideas[ideas["week_id"].isin(list(weeks))]
    seats = _Seats.of(lab_lineages(reader), ())
    ended = ideas[ideas["ended"].astype(bool)]
    ended = ended.assign(
        line=[seats.line(*one) for one in zip(ended["week_id"], ended["line"], strict=True)]
    )
    signs = ideas.assign(sign=ideas["direction"].map(SIGNS))
    wide = signs.pivot_table(index="week_id", columns="line", values="sign")
    wide = wide.reindex(index=sorted(weeks)).astype(np.float64)
    members = wide[[line for line in wide.columns if str(line).startswith(PM)]]
    silent: Floats = np.full(len(wide), np.nan)
    heard = CHAIRMAN in wide.columns
    return IdeaArrays(
        convictions=_by_line(ended, "conviction"),
        returns=_by_line(ended, "seen_return"),
        members=members.to_numpy(dtype=np.float64),
        chairman=wide[CHAIRMAN].to_numpy(dtype=np.float64) if heard else silent,
    )


@dataclass(frozen=True, slots=True)
class _Seats:
    """Who sat where: lineages, and the families of those who pitched, by week and account."""

    lineages: Lineages
    families: Mapping[tuple[str, str], str | None]

    @classmethod
    def of(cls, lineages: Lineages, witnesses: Collection[Witness]) -> _Seats:
        return cls(lineages, {(one.week_id, one.seat): one.record.family for one in witnesses})

    def name(self, week: str, account: str) -> str:
        """The account, or with its model where another sits there now."""
        for tenure in self.lineages.get(AccountId(account), ()):
            if tenure.holds(WeekId(week)) and tenure.until is not None:
                return f"{account}@{tenure.until}"
        return account

    def line(self, week: str, line: str) -> str:
        """The lab's line of an idea, or with its end where another model sits there now."""
        if not line.startswith(PM):
            return line
        return PM + self.name(week, line.removeprefix(PM))

    def model(self, week: str, account: str) -> str | None:
        held = self.lineages.get(AccountId(account), ())
        return next((one.model for one in held if one.holds(WeekId(week))), None)

    def related(self, week: str, reviewer: str, author: str) -> bool:
        family = self.families.get((week, reviewer))
        return family is not None and family == self.families.get((week, author))


def _pairs(reviews: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(reviews["week_id"], reviews["reviewer"], reviews["author"], strict=True))


def _named(reviews: pd.DataFrame, seats: _Seats) -> np.ndarray:
    pairs = zip(reviews["week_id"], reviews["reviewer"], strict=True)
    return np.array([seats.name(*one) for one in pairs], dtype=str)


def _labels(column: pd.Series) -> np.ndarray:
    return np.array(column.tolist(), dtype=str)


def _repeats(again: pd.DataFrame, reviews: pd.DataFrame, seats: _Seats) -> ScoreSheet:
    """Reviews of reruns that put an official pitch before the official reviewer's model."""
    pairs = zip(again["week_id"], again["reviewer"], strict=True)
    same = [
        seats.model(week, account) == model
        for (week, account), model in zip(pairs, again["reviewer_model"], strict=True)
    ]
    kept = again[np.array(same, dtype=bool) & again["pitch_id"].isin(reviews["pitch_id"])]
    scores = kept[list(SCORE_NAMES)].to_numpy(dtype=np.float64)
    return ScoreSheet(
        scores.mean(axis=1) if len(kept) else np.zeros(0),
        _named(kept, seats),
        _labels(kept["pitch_id"]),
        _labels(kept["week_id"]),
    )


def _brought(reviews: pd.DataFrame, ideas: pd.DataFrame) -> dict[str, float]:
    ended = ideas[ideas["ended"].astype(bool) & ideas["seen_return"].notna()]
    known = dict(
        zip(zip(ended["week_id"], ended["line"], strict=True), ended["seen_return"], strict=True)
    )
    lines = zip(reviews["week_id"], PM + reviews["author"].astype(str), strict=True)
    found = zip(reviews["pitch_id"], lines, strict=True)
    return {pitch: float(known[line]) for pitch, line in found if line in known}


def _by_line(ideas: pd.DataFrame, column: str) -> dict[str, Floats]:
    return {
        str(line): part[column].to_numpy(dtype=np.float64) for line, part in ideas.groupby("line")
    }
