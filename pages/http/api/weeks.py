"""Weeks and what their councils said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadInput
from core.schemas.decision import ChairmanDecision
from core.schemas.pitch import Abstention, Pitch
from core.schemas.postmortem import Postmortem
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.risk import AccountRisk
from core.types import AccountId, WeekId
from pages.http.api.endpoint import Call, Endpoint, NoSuch, found, get
from pages.http.api.fields import Newest, OneWeek, week_given
from storage.queries import (
    OrderLine,
    WeekDetail,
    WeekSummary,
    week_detail,
    week_ids,
    week_summary,
)


@dataclass(frozen=True, slots=True)
class ConvictionPoint:
    """``action`` is "" for Wednesday's own conviction."""

    account_id: AccountId
    at: datetime
    conviction: float
    action: str
    rule: str
    panic: bool


@dataclass(frozen=True, slots=True)
class WeekDocument:
    """One week in full, as its official run and its accounts have it."""

    summary: WeekSummary
    packs: Mapping[str, ResearchOutcome]
    pitches: tuple[Pitch, ...]
    abstentions: tuple[Abstention, ...]
    reviews: tuple[PeerReview, ...]
    decision: ChairmanDecision | None
    risk: tuple[AccountRisk, ...]
    orders: tuple[OrderLine, ...]
    convictions: tuple[ConvictionPoint, ...]
    postmortem: Postmortem | None


def endpoints() -> list[Endpoint]:
    pitches, reviews = tuple[Pitch, ...], tuple[PeerReview, ...]
    return [
        get(
            "/api/weeks", "The newest weeks, one line each", tuple[WeekSummary, ...], _weeks, Newest
        ),
        get("/api/weeks/{id}", "One week in full, by any of its days", WeekDocument, _week),
        get("/api/pitches", "The pitches of a week", pitches, lambda c: _of(c).pitches, OneWeek),
        get("/api/reviews", "The reviews of a week", reviews, lambda c: _of(c).reviews, OneWeek),
        get(
            "/api/decisions",
            "The chairman's decision of a week; null before it is made",
            ChairmanDecision | None,
            lambda call: _of(call).decision,
            OneWeek,
        ),
    ]


def newest_week(call: Call) -> WeekId:
    """The week asked for, else the newest; NoSuch in an empty store."""
    if call.query.week is not None:
        return WeekId(call.query.week)
    known = week_ids(call.reader)
    if not known:
        raise NoSuch("no week has been run in this store yet")
    return known[0]


def _weeks(call: Call) -> tuple[WeekSummary, ...]:
    chosen = week_ids(call.reader)[: call.query.limit]
    lines = (week_summary(call.reader, week_id) for week_id in chosen)
    return tuple(line for line in lines if line is not None)


def _of(call: Call) -> WeekDetail:
    week_id = newest_week(call)
    detail: WeekDetail = found(week_detail(call.reader, week_id), "week", week_id)
    return detail


def _week(call: Call) -> WeekDocument:
    try:
        week_id = week_given(call.path["id"])
    except ValueError as error:
        raise BadInput(f"week {call.path['id'][:40]!r}: {error}") from error
    detail: WeekDetail = found(week_detail(call.reader, week_id), "week", week_id)
    points = detail.path.to_dict("records")
    return WeekDocument(
        summary=detail.summary,
        packs=detail.packs,
        pitches=detail.pitches,
        abstentions=detail.abstentions,
        reviews=detail.reviews,
        decision=detail.decision,
        risk=detail.risk,
        orders=detail.orders,
        convictions=tuple(
            ConvictionPoint(**{str(name): value for name, value in point.items()})
            for point in points
        ),
        postmortem=detail.postmortem,
    )
