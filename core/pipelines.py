"""The pipelines: each list of stages tells one story, in the order it happens."""

from __future__ import annotations

from collections.abc import Mapping

from core.council import (
    CollectRankingsStage,
    CollectResponsesStage,
    CouncilTable,
    SynthesizeFinalStage,
)
from core.keys import CONVERSATION_ID, RUN, USER_QUERY
from core.pipeline import Pipeline
from core.policy import DeskPolicy
from core.ports import (
    Accounts,
    Approvals,
    LanguageModel,
    MarketData,
    OrderRoute,
    Recall,
    Researcher,
)
from core.rendering import PromptLibrary
from core.stages.approval import ApprovalStage
from core.stages.chairman import ChairmanStage
from core.stages.execution import ExecutionStage
from core.stages.market_snapshot import MarketSnapshotStage
from core.stages.order_plan import OrderPlanStage
from core.stages.peer_review import PeerReviewStage
from core.stages.pitch import PitchStage, RecallingPitchStage
from core.stages.research import ResearchStage
from core.stages.risk import RiskStage
from core.stages.similar_weeks import SimilarWeeksStage


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


def council(model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> Pipeline:
    """Any question: answer, rank, conclude. Given: ``USER_QUERY`` and ``CONVERSATION_ID``."""
    table = CouncilTable.of(model, prompts, policy)
    return Pipeline(
        [CollectResponsesStage(table), CollectRankingsStage(table), SynthesizeFinalStage(table)],
        given=[USER_QUERY, CONVERSATION_ID],
    )
