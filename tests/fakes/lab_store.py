"""A year and more of a council in the lab's read models: a seat that changes hands, models that may know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from core.schemas.review import SCORE_NAMES
from storage.event_store import SqlEventStore
from storage.projections.calls import CallRow
from storage.projections.council_tables import DecisionRow, PitchRow, ReviewRow
from storage.projections.desk import DeskRow, SettingsRow
from storage.projections.guesses import GuessRow
from storage.projections.lab_tables import LabEquityRow, LabIdeaRow, LabWeekRow
from storage.projections.portfolio_tables import SeatModelRow
from storage.projections.runs import RunRow, WeekRow
from storage.projections.writing import Rows, as_text
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import policy

FIRST, WEEKS, ASKED = date(2025, 1, 1), 60, "2026-11-21T12:00:00+00:00"
"""Asked of models long after the weeks were over."""
PMS = ("acct_1", "acct_2", "acct_3", "acct_4")
LINES = (
    *("chairman", "plurality", "conviction_vote", "best_reviewed", "half_when_split"),
    *("fixed_size", "random", "spy", "spy_average", "sixty_forty", "flat"),
    *(f"{prefix}/{account}" for prefix in ("pm", "without") for account in PMS),
)
CUTOFFS = {"openai/gpt-5.1": "2024-09-30", "anthropic/claude-sonnet-4.5": "2025-07-31"}
CHANGE = 40
"""The week, from 0, from which another model sits at acct_4."""
EDGE, NOISE = 0.012, 0.01
"""Of the chairman over everything else, a week."""
KINDS = ("unanimous", "split", "split", "chair_overrules_majority")


def week_id(number: int) -> str:
    return (FIRST + timedelta(days=7 * number)).isoformat()


def lab_store(store: SqlEventStore) -> None:
    """Fill an empty store: an opened desk, then rows as the projections would have written them."""
    open_desk(store)
    with store.engine.begin() as connection:
        rows = Rows(connection)
        _settings(rows)
        rng = np.random.default_rng(5)
        returns = {line: rng.normal(0, NOISE, WEEKS) for line in LINES}
        returns["chairman"] = returns["plurality"] + EDGE + rng.normal(0, NOISE, WEEKS)
        returns["flat"] = np.zeros(WEEKS)
        for number in range(WEEKS):
            _week(rows, number, returns)
            _council(rows, number, rng)


def _settings(rows: Rows) -> None:
    plain: Any = policy().model_dump(mode="json")
    for one in [*plain["profile"]["seats"], plain["profile"]["chairman"]]:
        one["knowledge_cutoff"] = CUTOFFS.get(one["model"], "2024-01-31")
        one["knowledge_source"] = "a test"
    plain["profile"]["seats"][1]["family"] = plain["profile"]["seats"][0]["family"]
    rows.put(SettingsRow, {"fingerprint": "f", "profile": "live", "policy": as_text(plain)})
    rows.change(DeskRow, {"id": 1}, {"settings_fingerprint": "f"})
    seat = {"account_id": "acct_4", "since_week": week_id(CHANGE), "model": "x-ai/grok-5"}
    rows.put(SeatModelRow, seat)


def _week(rows: Rows, number: int, returns: dict[str, np.ndarray]) -> None:
    week = week_id(number)
    worth = {line: 100_000 * np.prod(1 + returns[line][:number]) for line in LINES}
    starts = {line: f"{usd:.6f}" for line, usd in worth.items()}
    kind = KINDS[number % len(KINDS)]
    rows.put(LabWeekRow, {"week_id": week, "kind": kind, "picks": "{}", "starts": as_text(starts)})
    for line in LINES:
        rows.put(
            LabEquityRow,
            {
                "line": line,
                "session": week,
                "week_id": week,
                "equity": f"{worth[line] * (1 + returns[line][number]):.6f}",
                "coverage": "1",
                "priced_sessions": number + 1,
                "closed_trades": number + 1,
            },
        )


def _council(rows: Rows, number: int, rng: np.random.Generator) -> None:
    week, run = week_id(number), f"run-{number}"
    claim = {"week_id": week, "run_id": run, "claimed_at": ASKED, "closed": True}
    rows.put(WeekRow, claim)
    rows.put(RunRow, _run(run, week))
    rows.put(DecisionRow, {"run_id": run, **_decision()})
    for place, account in enumerate(PMS):
        right = rng.random() < 0.5 + 0.1 * place
        rows.put(PitchRow, {"run_id": run, **_pitch(account, number)})
        rows.put(LabIdeaRow, _idea(week, f"pm/{account}", right=bool(right)))
        rows.put(ReviewRow, *(_review(run, one, account, rng) for one in PMS if one != account))
        names = ("week_id", "account_id", "guessed_account_id", "candidates")
        rows.put(GuessRow, dict(zip(names, (week, account, "acct_1", 4), strict=True)))
    rows.put(LabIdeaRow, _idea(week, "chairman", right=True))


def _run(run: str, week: str, **changes: Any) -> dict[str, Any]:
    return {
        "run_id": run,
        "week_id": week,
        "as_of": ASKED,
        "overrides": "{}",
        "settings_fingerprint": "f",
        "prompts_fingerprint": "p",
        "status": "completed",
        "position": 1,
        "started_at": ASKED,
        "parent_run_id": None,
        "from_stage": None,
        **changes,
    }


def _decision() -> dict[str, Any]:
    return {
        "decision_id": "d",
        "chairman_model": "anthropic/claude-opus-4.5",
        "origin": "chairman",
        **_trade(),
        "conviction": 1.0,
        "dissents": 0,
        "document": "{}",
    }


def _trade() -> dict[str, str]:
    return {"instrument": "SPY", "direction": "LONG", "horizon": "1w"}


def _pitch(account: str, number: int) -> dict[str, Any]:
    models = {seat.account_id: seat.model for seat in policy().seats}
    model = "x-ai/grok-5" if account == "acct_4" and number >= CHANGE else models[account]
    idea = {"idea_id": f"idea-{number}-{account}", "conviction": 1.0, "document": "{}"}
    return {"account_id": account, "model": model, **_trade(), **idea}


def _idea(week: str, line: str, *, right: bool) -> dict[str, Any]:
    brought = "0.01" if right else "-0.01"
    more = {"conviction": 1.0, "seen_return": brought, "ended": True}
    return {"week_id": week, "line": line, **_trade(), **more}


def _review(run: str, reviewer: str, author: str, rng: np.random.Generator) -> dict[str, Any]:
    scores = {name: int(rng.integers(3, 9)) for name in SCORE_NAMES}
    shown = [one for one in PMS if one != reviewer].index(author) + 1
    ids = {"run_id": run, "reviewer_account_id": reviewer, "pitch_account_id": author}
    return {**ids, "position": shown, **scores, "document": "{}"}


def add_rerun(store: SqlEventStore, number: int, change: int, overrides: str = "{}") -> None:
    """Week ``number`` reviewed again by the same reviewers, every score ``change`` points away."""
    run, official = f"again-{number}-{len(overrides)}", f"run-{number}"
    models = {seat.account_id: seat.model for seat in policy().seats}
    with store.engine.begin() as connection:
        rows = Rows(connection)
        rerun = {"parent_run_id": official, "from_stage": "peer_review", "overrides": overrides}
        rows.put(RunRow, _run(run, week_id(number), **rerun))
        for row in rows.read(ReviewRow, {"run_id": official}):
            scores = {name: row[name] + change for name in SCORE_NAMES}
            document = {
                "pitch_id": f"idea-{number}-{row['pitch_account_id']}",
                "reviewer_model": models[row["reviewer_account_id"]],
            }
            rows.put(ReviewRow, {**row, **scores, "run_id": run, "document": as_text(document)})


def add_deputy(store: SqlEventStore, number: int, account: str, model: str) -> None:
    """Somebody else answered for a seat in week ``number``."""
    with store.engine.begin() as connection:
        Rows(connection).put(
            CallRow,
            {
                "run_id": f"run-{number}",
                "request_hash": f"h-{account}",
                "week_id": week_id(number),
                "call": f"pitch/{account}",
                "attempt": 1,
                "model": "m",
                "deputy": model,
                "status": "answered",
                "prompt_tokens": 0,
                "completion_tokens": 0,
                "reasoning_tokens": 0,
                "cached_tokens": 0,
                "cost_usd": "0",
                "cost_source": "none",
                "message": "",
                "position": 1,
            },
        )
