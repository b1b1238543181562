"""Weeks in a real store: a simulated desk of some weeks, and one week written by hand, event by event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.simulation import simulate
from core.desk.writing import DESK_STREAM, SETTINGS_STREAM, account_stream, new_event, week_stream
from core.events.account import AccountOpened
from core.events.envelope import Append, Event
from core.events.system import DeskConfigured, SettingsRecorded
from core.events.week import (
    ChairmanDecided,
    MarketSnapshotFrozen,
    PeerReviewsCollected,
    PitchAbstentionsRecorded,
    PitchesCollected,
    ResearchPackAReceived,
    ResearchPackBReceived,
    RiskAssessed,
    RunCompleted,
    RunStarted,
    StageCompleted,
    StageFailed,
    StagesMarkedStale,
    WeekClaimed,
)
from core.schemas.decision import (
    ChairmanDecision,
    DecisionOrigin,
    Dissent,
    MonitoringPlan,
    SelectedTrade,
)
from core.schemas.pitch import Abstention
from core.schemas.risk import AccountRisk, LimitHit, LimitOutcome, RiskAssessment
from core.types import AccountId, Direction, Horizon, RunId, StoreKind, StreamId
from storage.event_store import SqlEventStore
from tests.fakes.week import (
    AS_OF,
    WEEK,
    missing,
    peer_review,
    pitch_of,
    policy,
    received,
    snapshot,
)

START = date(2026, 9, 2)
RUN = RunId("run-1")
STREAM = week_stream(WEEK)


def simulated_store(url: str, weeks: int = 3, kind: StoreKind = StoreKind.SIMULATION) -> None:
    """Run that many weeks of the rules desk on generated prices, from 2 September 2026, into ``url``.

    In a thread of its own: a browser under test has an event loop running in this one.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_simulate, url, weeks, kind).result()


def _simulate(url: str, weeks: int, kind: StoreKind) -> None:
    settings = load_settings(env={}, profile="rules", store=url)
    store = open_store(settings, url, synchronous="NORMAL")
    clock = FixedClock(at_new_york(START, settings.policy.schedule.postmortem))
    desk = build_desk(settings, store, kind=kind, clock=clock)
    asyncio.run(simulate(desk, START, START + timedelta(days=7 * weeks - 1)))
    store.close()


def append(store: SqlEventStore, stream: StreamId, *events: Event) -> None:
    """Append events at the end of a stream, each with an id of its place in it."""
    version = store.head(stream).version
    new = [
        new_event(stream, event, [version + number], AS_OF, week_id=WEEK, run_id=RUN)
        for number, event in enumerate(events)
    ]
    store.commit([Append(stream, new, version)])


def open_desk(store: SqlEventStore, kind: StoreKind = StoreKind.REAL) -> None:
    """A configured desk with the live cast's six accounts, and nothing run."""
    desk = policy()
    append(
        store,
        DESK_STREAM,
        DeskConfigured(
            kind=kind,
            profile=desk.profile.name,
            settings_fingerprint=desk.fingerprint(),
            market_source="files",
            seed=7,
        ),
    )
    append(
        store,
        SETTINGS_STREAM,
        SettingsRecorded(fingerprint=desk.fingerprint(), policy=desk.model_dump(mode="json")),
    )
    for account in desk.accounts:
        append(
            store,
            account_stream(account.account_id),
            AccountOpened(
                account_id=account.account_id,
                name=account.name,
                strategy="macro_council",
                model=account.model,
                starting_cash=Decimal(100_000),
            ),
        )


def start_run(store: SqlEventStore) -> None:
    """The week claimed and its run started."""
    append(
        store,
        STREAM,
        WeekClaimed(week_id=WEEK, run_id=RUN),
        RunStarted(
            run_id=RUN,
            week_id=WEEK,
            as_of=AS_OF,
            seed="7",
            settings_fingerprint=policy().fingerprint(),
            prompts_fingerprint="p",
        ),
    )


def stage_done(*stages: str) -> Iterable[StageCompleted]:
    return (StageCompleted(run_id=RUN, stage=stage, fingerprint="f", gives=()) for stage in stages)


def decision(words: str, origin: DecisionOrigin = DecisionOrigin.CHAIRMAN) -> ChairmanDecision:
    """LONG SPY with one dissent, every text ending in ``words``; FLAT when nobody spoke."""
    flat = origin in (DecisionOrigin.NO_QUORUM, DecisionOrigin.CHAIRMAN_FAILED)
    return ChairmanDecision(
        decision_id="decision-1",
        week_id=WEEK,
        selected_trade=SelectedTrade(
            instrument=None if flat else "SPY",
            direction=Direction.FLAT if flat else Direction.LONG,
            horizon=Horizon.WEEK,
        ),
        conviction=0.0 if flat else 0.9,
        rationale=f"flows carry the index {words}",
        dissent_summary=(
            Dissent(model="Grok 4", position=f"SHORT SPY {words}", reason=f"crowded {words}"),
        ),
        monitoring_plan=MonitoringPlan(
            checkpoints=(f"12:00 {words}",),
            key_indicators=("rsi_14",),
            watch_conditions=(f"a close below 580 {words}",),
        ),
        chairman_model="anthropic/claude-opus-4.5",
        origin=origin,
        backed_by=None if flat else "idea-1",
        timestamp=AS_OF,
    )


def write_week(
    store: SqlEventStore, words: str = "", origin: DecisionOrigin = DecisionOrigin.CHAIRMAN
) -> None:
    """A whole week: pack B missing, seat 4 abstained, a limit hit, a stage stale; all texts get ``words``."""
    start_run(store)
    bound = {"run_id": RUN, "stage": "s"}
    pitches = tuple(
        pitch_of(
            number,
            thesis_bullets=[f"flows carry the index {words}"],
            invalidation=f"a loss of three per cent {words}",
            risk_notes=f"payrolls may surprise {words}",
        )
        for number in (1, 2, 3)
    )
    reviews = tuple(
        peer_review(
            reviewer,
            reviewed,
            score=2 + reviewer + reviewed,
            best_argument_against=f"everybody holds it {words}",
            one_flip_condition=f"a close below 580 {words}",
            suggested_fix=f"name the hour {words}",
        )
        for reviewer in (1, 2, 3)
        for reviewed in (1, 2, 3)
        if reviewer != reviewed
    )
    abstained = Abstention(
        account_id=AccountId("acct_4"), model="x-ai/grok-4", reason=f"no JSON {words}", attempts=2
    )
    append(
        store,
        STREAM,
        MarketSnapshotFrozen(**bound, value=snapshot(GLD=f"stale {words}")),
        ResearchPackAReceived(**bound, value=received(f"google/deep-research {words}")),
        ResearchPackBReceived(**bound, value=missing(f"timed out {words}")),
        PitchesCollected(**bound, value=pitches),
        PitchAbstentionsRecorded(**bound, value=(abstained,)),
        PeerReviewsCollected(**bound, value=reviews),
        ChairmanDecided(**bound, value=decision(words, origin)),
        RiskAssessed(**bound, value=RiskAssessment(accounts=(clamped(words),))),
        *stage_done("market_snapshot", "pitch", "peer_review", "chairman"),
        StageFailed(run_id=RUN, stage="risk", error="MarketError", message=f"no price {words}"),
        *stage_done("risk"),
        StagesMarkedStale(run_id=RUN, stages=("chairman",), reason=f"settings changed {words}"),
        RunCompleted(run_id=RUN, week_id=WEEK),
    )


def clamped(words: str) -> AccountRisk:
    hit = LimitHit(
        limit="max_gross_pct",
        asked="1.20",
        allowed="1.00",
        outcome=LimitOutcome.CLAMPED,
        reason=f"gross would be 120 % {words}",
    )
    return AccountRisk(
        account_id=AccountId("acct_5"),
        instrument="SPY",
        direction=Direction.LONG,
        conviction=0.9,
        asked_weight=Decimal("1.20"),
        weight=Decimal("1.00"),
        hits=(hit,),
    )
