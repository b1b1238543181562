"""Alerts of work by the clock: a slot or job that failed or was missed, and the day at its mark."""

from __future__ import annotations

from dataclasses import replace

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AccountDay, AlertContext, Draft
from core.rules.alert_drafts import SHORT, Payload, week_link
from core.rules.alert_text import gain, new_york, percent, plain, usd
from core.schemas.alert import AlertKind, Severity

NOT_BEGUN = "not begun: "
"""How the reason begins why a strategy's slot did not even begin: it is told once a day."""
GRAVE_JOBS = ("weekly", "week")
"""A week that is not run costs a week; other jobs come again in hours."""


def slot_ended(row: StoredEvent, context: AlertContext) -> Draft | None:
    """A slot that failed or was missed; the mark's slot is the day's summary."""
    said: Payload = row.payload
    if said["job"] == "mark" and said["outcome"] == "done":
        return _day(str(said["session"]), context)
    if not context.rules.jobs or said["outcome"] not in ("failed", "missed"):
        return None
    due = f"Due {new_york(from_iso(said['at']))}."
    draft = _job(str(said["slot"]), said["outcome"], said["detail"], due, said["slot_week_id"])
    if not str(said["detail"]).startswith(NOT_BEGUN):
        return draft
    return _once_a_day(draft, str(said["slot"]), str(said["session"]))


def job_ended(row: StoredEvent, context: AlertContext) -> Draft | None:
    """A job from a button; one that was cancelled was meant to end so.

    The first request of a slot's job is told by the slot, a person's later one by itself.
    """
    said: Payload = row.payload
    if context.slot_ended and said["request"] == 1:
        return None
    outcome = str(said["outcome"]).lower()
    if not context.rules.jobs or outcome not in ("failed", "missed"):
        return None
    return _job(str(said["key"]), outcome, said.get("detail", ""), "", row.week_id)


def job_retried(row: StoredEvent, context: AlertContext) -> Draft | None:
    """An attempt that failed and is followed by another: a slot's, or a job that was handed back."""
    said: Payload = row.payload
    if not context.rules.jobs or not said.get("failed", True):
        return None
    key = str(said.get("slot") or said["key"])
    why = plain(said.get("detail") or said.get("reason") or "no reason was recorded")
    again = said.get("again_at")
    then = f"Tried again at {new_york(from_iso(again))}." if again else "It is tried again."
    draft = Draft(
        AlertKind.JOB_RETRIED,
        Severity.WARNING,
        key[:SHORT],
        f"Attempt {said['attempt']} failed: {plain(key, SHORT)}",
        (why, then),
    )
    unbegun = "at" in said and why.startswith(NOT_BEGUN)
    return _once_a_day(draft, key, str(said["at"])[:10]) if unbegun else draft


def _once_a_day(draft: Draft, slot: str, day: str) -> Draft:
    """``slot`` is a strategy's: ``cycle/equity_cycle/2026-11-18/11:00``."""
    return replace(draft, once=f"{slot.split('/')[1]} {day}", link="/cycle")


def _job(key: str, outcome: str, detail: object, due: str, week: str | None) -> Draft:
    grave = key.partition("/")[0] in GRAVE_JOBS
    kind = AlertKind.JOB_FAILED if outcome == "failed" else AlertKind.JOB_MISSED
    why = plain(detail) or "no reason was recorded"
    return Draft(
        kind,
        Severity.CRITICAL if grave else Severity.WARNING,
        key[:SHORT],
        f"Job {outcome}: {plain(key, SHORT)}",
        tuple(filter(None, (why, due))),
        week_link(week) if week else "/",
    )


def _day(session: str, context: AlertContext) -> Draft | None:
    if not context.rules.daily_summary or not context.day:
        return None
    leads = [day for day in context.day if day.account_id == context.council] or [*context.day]
    return Draft(
        AlertKind.DAILY_SUMMARY,
        Severity.INFO,
        session,
        f"{session}: {context.name(leads[0].account_id)} {_change(leads[0])}",
        tuple(
            f"{context.name(day.account_id)}: {usd(day.equity)}, {_change(day)}"
            for day in context.day
        ),
    )


def _change(day: AccountDay) -> str:
    change, fraction = day.change, day.change_fraction
    if change is None or fraction is None:
        return "first mark"
    return f"{gain(change)} ({percent(fraction)}) on the day"
