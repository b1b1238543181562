"""Events of a run: claimed, started, each context value bound, stages completed, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue

from core.events.envelope import Event
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.decision import ChairmanDecision
from core.schemas.execution import ExecutionResult
from core.schemas.market import MarketSnapshot
from core.schemas.order import OrderIntent
from core.schemas.pitch import Abstention, Pitch
from core.schemas.postmortem import Postmortem, PostmortemTold
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.risk import ExecutionConstraints, RiskAssessment
from core.schemas.signal import CycleRisk
from core.types import RunId, WeekId


class WeekClaimed(Event):
    """The run is the official one of its week; everything else of the week is a what-if."""

    week_id: WeekId
    run_id: RunId


class RunStarted(Event):
    """``as_of`` is the actual start, the latest instant any market read of the run may see."""

    run_id: RunId
    week_id: WeekId
    as_of: datetime
    seed: str
    settings_fingerprint: str
    prompts_fingerprint: str
    parent_run_id: RunId | None = None
    from_stage: str | None = None
    overrides: Mapping[str, JsonValue] = {}


class StageCompleted(Event):
    """``fingerprint`` covers settings, prompts, models and inputs; a skipped stage gave nothing."""

    run_id: RunId
    stage: str
    fingerprint: str
    gives: tuple[str, ...]
    skipped: bool = False


class StageFailed(Event):
    run_id: RunId
    stage: str
    error: str
    message: str


class StagesMarkedStale(Event):
    """Later settings differ from those these stages were completed under."""

    run_id: RunId
    stages: tuple[str, ...]
    reason: str


class RunCompleted(Event):
    run_id: RunId
    week_id: WeekId


class WeekClosed(Event):
    """The final postmortem is in; the week will not change any more."""

    week_id: WeekId


class ValueBound(Event):
    """Base of the events that carry one context value; ``run_id`` and ``stage`` say who gave it."""

    run_id: RunId
    stage: str
    value: Any


class ResearchPackAReceived(ValueBound):
    value: ResearchOutcome


class ResearchPackBReceived(ValueBound):
    value: ResearchOutcome


class MarketSnapshotFrozen(ValueBound):
    value: MarketSnapshot


class PitchesCollected(ValueBound):
    value: tuple[Pitch, ...]


class PitchAbstentionsRecorded(ValueBound):
    value: tuple[Abstention, ...]


class PeerReviewsCollected(ValueBound):
    value: tuple[PeerReview, ...]


class ReviewAbstentionsRecorded(ValueBound):
    value: tuple[Abstention, ...]


class LabelsAssigned(ValueBound):
    """viewer → label → author; never part of a prompt."""

    value: Mapping[str, Mapping[str, str]]


class IdentityScrubbed(ValueBound):
    """viewer → author → term → how often it was replaced."""

    value: Mapping[str, Mapping[str, Mapping[str, int]]]


class ChairmanDecided(ValueBound):
    value: ChairmanDecision


class RiskAssessed(ValueBound):
    """Of a week every account's wish and what the limits left of it; of a trading cycle every signal's."""

    value: RiskAssessment | CycleRisk


class ExecutionConstrained(ValueBound):
    value: ExecutionConstraints


class OrdersPlanned(ValueBound):
    value: tuple[OrderIntent, ...]


class OrdersExecuted(ValueBound):
    value: ExecutionResult


class CheckpointsDecided(ValueBound):
    value: tuple[CheckpointDecision, ...]


class PostmortemWritten(Event):
    """Written twice a week: provisional at 07:30, final once the exit fills are in.

    Version 2 has the scores.
    """

    event_schema_version: ClassVar[int] = 2
    postmortem: Postmortem


class PostmortemTextWritten(Event):
    """What the chairman's model wrote of a week that is closed; the scores stand as they were."""

    told: PostmortemTold


class PostmortemTextFailed(Event):
    """The model gave no usable text: the rules' stays, and nobody is asked again."""

    week_id: WeekId
    model: str
    reason: str
