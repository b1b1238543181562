"""Every read model of the store, in the order in which they are applied."""

from __future__ import annotations

from storage.projections.access import ACCESS
from storage.projections.approvals import APPROVALS
from storage.projections.breaker import BREAKER, BreakerProjection
from storage.projections.calls import CALLS
from storage.projections.checkpoints import CHECKPOINTS
from storage.projections.conversations import CONVERSATIONS
from storage.projections.council import COUNCIL
from storage.projections.cycles import CYCLES
from storage.projections.desk import DESK
from storage.projections.discovery import DISCOVERY
from storage.projections.forward_returns import FORWARD_RETURNS
from storage.projections.guesses import GUESSES
from storage.projections.jobs import JOBS
from storage.projections.lab import LAB
from storage.projections.no_checkpoints import NO_CHECKPOINTS
from storage.projections.notes import NOTES
from storage.projections.portfolio import PORTFOLIO
from storage.projections.prices import PRICES
from storage.projections.runs import RUNS
from storage.projections.schedule import SCHEDULE
from storage.projections.strategies import STRATEGIES
from storage.projections.writing import TableProjection

ALL_PROJECTIONS: tuple[TableProjection | BreakerProjection, ...] = (
    DESK,
    RUNS,
    COUNCIL,
    PORTFOLIO,
    PRICES,
    CHECKPOINTS,
    CALLS,
    NO_CHECKPOINTS,
    LAB,
    GUESSES,
    JOBS,
    APPROVALS,
    SCHEDULE,
    NOTES,
    CONVERSATIONS,
    ACCESS,
    BREAKER,
    DISCOVERY,
    CYCLES,
    FORWARD_RETURNS,
    STRATEGIES,
)
