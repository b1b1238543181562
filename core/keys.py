"""Every context key, in run order: the table of contents of a week, and of a trading cycle."""

from __future__ import annotations

from collections.abc import Mapping

from core.context import ContextKey
from core.events import approval, cycle, memory
from core.events import conversation as talk
from core.events import week as events
from core.schemas.approval import OrderApprovals
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.conversation import ModelRanking, ModelResponse, RankedModel, Synthesis
from core.schemas.cycle import CycleMarket, CycleSpec
from core.schemas.decision import ChairmanDecision
from core.schemas.execution import ExecutionResult
from core.schemas.market import MarketSnapshot
from core.schemas.order import OrderIntent
from core.schemas.pitch import Abstention, Pitch
from core.schemas.question import LogAnswer
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.risk import ExecutionConstraints, RiskAssessment
from core.schemas.run import RunSpec
from core.schemas.seat_checkpoint import SeatCheckpoint
from core.schemas.setups import Neighbour
from core.schemas.signal import CycleRisk, CycleSignals, CycleValidation, MetaDecision

Labels = Mapping[str, Mapping[str, str]]
"""viewer → label → author (an account, or a model in the bare council)."""

# given at the start of every run
RUN = ContextKey[RunSpec]("RUN")

# the weekly council
MARKET_SNAPSHOT = ContextKey[MarketSnapshot]("MARKET_SNAPSHOT", events.MarketSnapshotFrozen)
RESEARCH_PACK_A = ContextKey[ResearchOutcome]("RESEARCH_PACK_A", events.ResearchPackAReceived)
RESEARCH_PACK_B = ContextKey[ResearchOutcome]("RESEARCH_PACK_B", events.ResearchPackBReceived)
SIMILAR_WEEKS = ContextKey[tuple[Neighbour, ...]]("SIMILAR_WEEKS", memory.SimilarWeeksRecalled)
PM_PITCHES = ContextKey[tuple[Pitch, ...]]("PM_PITCHES", events.PitchesCollected)
PITCH_ABSTENTIONS = ContextKey[tuple[Abstention, ...]](
    "PITCH_ABSTENTIONS", events.PitchAbstentionsRecorded
)
PEER_REVIEWS = ContextKey[tuple[PeerReview, ...]]("PEER_REVIEWS", events.PeerReviewsCollected)
REVIEW_ABSTENTIONS = ContextKey[tuple[Abstention, ...]](
    "REVIEW_ABSTENTIONS", events.ReviewAbstentionsRecorded
)
LABEL_TO_MODEL = ContextKey[Labels]("LABEL_TO_MODEL", events.LabelsAssigned)
IDENTITY_SCRUBBED = ContextKey[Mapping[str, Mapping[str, Mapping[str, int]]]](
    "IDENTITY_SCRUBBED", events.IdentityScrubbed
)
CHAIRMAN_DECISION = ContextKey[ChairmanDecision]("CHAIRMAN_DECISION", events.ChairmanDecided)
RISK_ASSESSMENT = ContextKey[RiskAssessment]("RISK_ASSESSMENT", events.RiskAssessed)
EXECUTION_CONSTRAINTS = ContextKey[ExecutionConstraints](
    "EXECUTION_CONSTRAINTS", events.ExecutionConstrained
)
ORDER_APPROVALS = ContextKey[OrderApprovals]("ORDER_APPROVALS", approval.ApprovalsConcluded)
ORDER_INTENTS = ContextKey[tuple[OrderIntent, ...]]("ORDER_INTENTS", events.OrdersPlanned)
EXECUTION_RESULT = ContextKey[ExecutionResult]("EXECUTION_RESULT", events.OrdersExecuted)

# checkpoints (the seats are given at the start of each)
CHECKPOINT_SEATS = ContextKey[tuple[SeatCheckpoint, ...]]("CHECKPOINT_SEATS")
CHECKPOINT_RESULT = ContextKey[tuple[CheckpointDecision, ...]](
    "CHECKPOINT_RESULT", events.CheckpointsDecided
)

# a trading cycle (what it is for is given at its start; it ends with the same ORDER_INTENTS)
CYCLE = ContextKey[CycleSpec]("CYCLE")
CYCLE_MARKET = ContextKey[CycleMarket]("CYCLE_MARKET", cycle.CycleMarketFrozen)
TRADE_SIGNALS = ContextKey[CycleSignals]("TRADE_SIGNALS", cycle.SignalGenerated)
SIGNAL_RISKS = ContextKey[CycleRisk]("SIGNAL_RISKS", events.RiskAssessed)
SIGNAL_VALIDATIONS = ContextKey[CycleValidation]("SIGNAL_VALIDATIONS", cycle.ValidationComplete)
META_DECISION = ContextKey[MetaDecision]("META_DECISION", cycle.MetaAgentDecision)

# the bare council
USER_QUERY = ContextKey[str]("USER_QUERY")
CONVERSATION_ID = ContextKey[str]("CONVERSATION_ID")
STAGE1_RESULTS = ContextKey[tuple[ModelResponse, ...]]("STAGE1_RESULTS", talk.ResponsesCollected)
RESPONSE_LABELS = ContextKey[Labels]("LABEL_TO_MODEL", talk.ResponseLabelsAssigned)
STAGE2_RESULTS = ContextKey[tuple[ModelRanking, ...]]("STAGE2_RESULTS", talk.RankingsCollected)
AGGREGATE_RANKINGS = ContextKey[tuple[RankedModel, ...]](
    "AGGREGATE_RANKINGS", talk.RankingsAggregated
)
STAGE3_RESULT = ContextKey[Synthesis]("STAGE3_RESULT", talk.FinalSynthesized)

# a question over the log (USER_QUERY and CONVERSATION_ID are given)
LOG_ANSWER = ContextKey[LogAnswer]("LOG_ANSWER", talk.LogQuestionAnswered)
