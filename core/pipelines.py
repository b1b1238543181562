"""The pipelines: each list of stages tells one story, in the order it happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.council import (
    CollectRankingsStage,
    CollectResponsesStage,
    CouncilTable,
    SynthesizeFinalStage,
)
from core.keys import CONVERSATION_ID, CYCLE, RUN, USER_QUERY
from core.pipeline import Pipeline
from core.policy import DeskPolicy
from core.ports import (
    Accounts,
    Approvals,
    LanguageModel,
    LogTools,
    MarketData,
    OrderRoute,
    Recall,
    Researcher,
)
from core.rendering import PromptLibrary
from core.stages.approval import ApprovalStage
from core.stages.chairman import ChairmanStage
from core.stages.cycle_agent import AgentTable
from core.stages.cycle_market import CycleMarketStage, Senses
from core.stages.cycle_plan import CyclePlanStage
from core.stages.data_analyst import DataAnalystStage
from core.stages.execution import ExecutionStage
from core.stages.log_question import Answerer, LogQuestionStage
from core.stages.market_snapshot import MarketSnapshotStage
from core.stages.meta_decision import MetaDecisionStage
from core.stages.order_plan import OrderPlanStage
from core.stages.peer_review import PeerReviewStage
from core.stages.pitch import PitchStage, RecallingPitchStage
from core.stages.research import ResearchStage
from core.stages.risk import RiskStage
from core.stages.risk_manager import RiskManagerStage
from core.stages.similar_weeks import SimilarWeeksStage
from core.stages.validator import ValidatorStage
from core.strategy import EquityLimits


def weekly(  # noqa: PLR0913 - the ports of a whole week, each named once, by keyword only
    *,
    policy: DeskPolicy,
    prompts: PromptLibrary,
    model: LanguageModel,
    researchers: Mapping[str, Researcher],
    market: MarketData,
    accounts: Accounts,
    route: OrderRoute,
    approvals: Approvals | None = None,
    recall: Recall | None = None,
) -> Pipeline:
    """A week: look, read, pitch, judge, decide, limit, plan, trade. Given: ``RUN``.

    With ``approvals`` a person's word stands between the limits and the plan, with ``recall`` the
    most similar weeks before the pitches.
    """
    pitch = PitchStage if recall is None else RecallingPitchStage
    return Pipeline(
        [
            MarketSnapshotStage(market, policy.assets),
            ResearchStage("A", researchers["A"], policy),
            ResearchStage("B", researchers["B"], policy),
            *([SimilarWeeksStage(recall, policy.memory.weeks)] if recall else []),
            pitch(model, prompts, policy),
            PeerReviewStage(model, prompts, policy),
            ChairmanStage(model, prompts, policy),
            RiskStage(accounts, policy),
            *([ApprovalStage(approvals)] if approvals else []),
            OrderPlanStage(accounts, gated=approvals is not None),
            ExecutionStage(route),
        ],
        given=[RUN],
    )


def cycle(
    senses: Senses, table: AgentTable, limits: EquityLimits, route: OrderRoute | None
) -> Pipeline:
    """A trading cycle: look, signal, limit, doubt, decide, plan, trade. Given: ``RUN`` and ``CYCLE``.

    Without a ``route`` it ends with the orders it would place. A step that leaves nothing ends it:
    what follows is skipped, and no model is asked.
    """
    return Pipeline(
        [
            CycleMarketStage(senses),
            DataAnalystStage(table, limits),
            RiskManagerStage(table, limits),
            ValidatorStage(table),
            MetaDecisionStage(table),
            CyclePlanStage(limits),
            *([ExecutionStage(route)] if route else []),
        ],
        given=[RUN, CYCLE],
    )


def council(model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> Pipeline:
    """Any question: answer, rank, conclude. Given: ``USER_QUERY`` and ``CONVERSATION_ID``."""
    table = CouncilTable.of(model, prompts, policy)
    return Pipeline(
        [CollectResponsesStage(table), CollectRankingsStage(table), SynthesizeFinalStage(table)],
        given=[USER_QUERY, CONVERSATION_ID],
    )


def log_question(answerer: Answerer, tools: LogTools, asked_on: date) -> Pipeline:
    """A question over the log, answered in one stage. Given: ``USER_QUERY`` and ``CONVERSATION_ID``."""
    return Pipeline(
        [LogQuestionStage(answerer, tools, asked_on)], given=[USER_QUERY, CONVERSATION_ID]
    )
