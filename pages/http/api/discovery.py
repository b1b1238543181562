"""Which symbols a strategy looks at, and who put them there."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime

from core.rules.picker_performance import Estimate, PickerRecord
from core.schemas.base import Schema
from core.schemas.suggestion import WatchEntry
from pages.http.api.endpoint import Call, Endpoint, get
from pages.http.api.fields import OneStrategy
from storage.queries.discovery import rounds, watchlist
from storage.queries.forward_returns import league


class ExcludedSymbol(Schema):
    """A symbol a person keeps off the list."""

    symbol: str
    by: str
    reason: str
    at: datetime


class WatchlistAnswer(Schema):
    """``looked_at`` is the newest round's instant; None before the first."""

    strategy: str
    max_size: int
    looked_at: datetime | None
    entries: tuple[WatchEntry, ...]
    excluded: tuple[ExcludedSymbol, ...]


class EstimateAnswer(Schema):
    """A share or a mean return, as a fraction; the interval is of 95 %, absent while it is too early."""

    value: float | None
    low: float | None
    high: float | None


class PickerAnswer(Schema):
    """One picker over ``horizon`` sessions; a symbol counts once a day, a delisted one at its last price.

    Without a return that counts: ``holes`` (no bar on the last session), ``no_entry`` (no price after
    the suggestion), ``splits`` (a suspected split in between).
    """

    picker: str
    horizon: int
    days: int
    suggested: int
    counted: int
    hit_rate: EstimateAnswer
    mean: EstimateAnswer
    excess: EstimateAnswer
    traded: EstimateAnswer
    information_ratio: float | None
    delisted: int
    holes: int
    no_entry: int
    splits: int


class TargetAnswer(Schema):
    """``reached``: reached, not reached or too early, as the interval says."""

    name: str
    least: float
    found: EstimateAnswer
    reached: str


class PaperAnswer(Schema):
    """What 1 put into a picker's suggestions at the start would be, costs paid; nothing was traded."""

    picker: str
    value: float


class PerformanceAnswer(Schema):
    """``first`` to ``last`` are days of suggestions; empty before the first return."""

    strategy: str
    days: int
    first: date | None
    last: date | None
    best_single: str | None
    pickers: tuple[PickerAnswer, ...]
    targets: tuple[TargetAnswer, ...]
    paper: tuple[PaperAnswer, ...]
    paper_round_trip: float | None


def endpoints() -> list[Endpoint]:
    return [
        get(
            "/api/discovery/watchlist",
            "The watchlist with who put each symbol there, its score and why",
            WatchlistAnswer,
            _watchlist,
            OneStrategy,
        ),
        get(
            "/api/discovery/performance",
            "What each picker's suggestions brought, with intervals, beside the targets",
            PerformanceAnswer,
            _performance,
            OneStrategy,
        ),
    ]


def _watchlist(call: Call) -> WatchlistAnswer:
    strategy = call.query.strategy
    state = watchlist(call.reader, strategy)
    newest = next(iter(rounds(call.reader, strategy)), None)
    return WatchlistAnswer(
        strategy=strategy,
        max_size=state.max_size,
        looked_at=newest.as_of if newest else None,
        entries=state.entries,
        excluded=tuple(
            ExcludedSymbol(symbol=one.symbol, by=one.by, reason=one.reason, at=one.at)
            for one in state.excluded.values()
        ),
    )


def _performance(call: Call) -> PerformanceAnswer:
    strategy = call.query.strategy
    found = league(call.reader, strategy)
    return PerformanceAnswer(
        strategy=strategy,
        days=found.days,
        first=found.first,
        last=found.last,
        best_single=found.best.value if found.best else None,
        pickers=tuple(map(_picker, found.records)),
        targets=tuple(
            TargetAnswer(
                name=one.name,
                least=one.least,
                found=_estimate(Estimate(one.value, one.interval)),
                reached=one.reached.value,
            )
            for one in found.targets
        ),
        paper=tuple(
            PaperAnswer(picker=picker.value, value=points[-1].value)
            for picker, points in found.paper
        ),
        paper_round_trip=found.round_trip,
    )


def _picker(one: PickerRecord) -> PickerAnswer:
    told = {field.name: getattr(one, field.name) for field in fields(one)}
    estimates = {
        name: _estimate(value) for name, value in told.items() if isinstance(value, Estimate)
    }
    return PickerAnswer(**{**told, **estimates, "picker": one.picker.value})


def _estimate(one: Estimate) -> EstimateAnswer:
    low, high = (one.interval.low, one.interval.high) if one.interval else (None, None)
    return EstimateAnswer(value=one.value, low=low, high=high)
