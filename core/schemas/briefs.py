"""The typed material each prompt is rendered from; rules models read it, language models the prompt.

What a brief has no place for cannot leak: reviewers and the chairman see labels, never an author.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from core.schemas.base import Conviction, Schema, Text
from core.schemas.checkpoint import IndicatorReading
from core.schemas.market import MarketSnapshot
from core.schemas.pitch import Agreement, InvalidationRule, PitchIndicator
from core.schemas.research import ResearchOutcome
from core.schemas.review import ReviewScores
from core.schemas.setups import Neighbour
from core.types import CheckpointAction, Direction, Horizon, WeekId


class PitchBrief(Schema):
    """What a portfolio manager gets: the two packs, the frozen snapshot, and similar weeks if any."""

    week_id: WeekId
    as_of: datetime
    snapshot: MarketSnapshot
    pack_a: ResearchOutcome
    pack_b: ResearchOutcome
    similar_weeks: tuple[Neighbour, ...] = Field(default=(), exclude_if=lambda weeks: not weeks)


class AnonymousPitch(Schema):
    """A pitch under a label, scrubbed of every trace of its author."""

    label: str
    instrument: str | None
    direction: Direction
    horizon: Horizon
    thesis_bullets: tuple[str, ...]
    agrees_with_pack_a: Agreement | None
    agrees_with_pack_b: Agreement | None
    indicators: tuple[PitchIndicator, ...]
    invalidation: str
    invalidation_rules: tuple[InvalidationRule, ...]
    conviction: float
    position_size_hint: float
    risk_notes: str


class ReviewBrief(Schema):
    """What a reviewer gets: others' pitches in its own random order, and the snapshot to check them."""

    week_id: WeekId
    as_of: datetime
    snapshot: MarketSnapshot
    pitches: tuple[AnonymousPitch, ...]


class AnonymousReview(Schema):
    """A review as the chairman sees it: of a label, by ``Reviewer 1`` … in the chairman's own order."""

    label: str
    reviewer: str
    scores: ReviewScores
    best_argument_against: str
    one_flip_condition: str
    suggested_fix: str


class ChairmanBrief(Schema):
    """What the chairman gets; ``seats`` is how many were asked, so "3 of 4" is visible."""

    week_id: WeekId
    as_of: datetime
    snapshot: MarketSnapshot
    pack_a: ResearchOutcome
    pack_b: ResearchOutcome
    seats: int
    pitches: tuple[AnonymousPitch, ...]
    reviews: tuple[AnonymousReview, ...]


class PeerPosition(Schema):
    """Another seat as a checkpoint may see it: no name, no thesis."""

    direction: Direction
    same_instrument: bool
    conviction: float
    return_since_entry: float | None


class CheckpointBrief(Schema):
    """What may decide at a checkpoint: Wednesday's frozen view, the price and P/L now, the path.

    There is no place for news or research here. ``price`` and ``pnl`` in USD; ``sessions_left`` counts
    those to the horizon; ``rules_met`` lists invalidation rules that code found met; ``thesis`` is
    what the position's own author wrote on Wednesday, empty where no model is asked.
    """

    week_id: WeekId
    time: str
    instrument: str
    direction: Direction
    horizon: Horizon
    entry_price: Decimal
    price: Decimal
    pnl: Decimal
    return_since_entry: float
    drawdown_since_entry: float
    sessions_held: int
    sessions_left: int
    frozen_volatility: float | None
    frozen_atr: float | None
    frozen_levels: dict[str, float]
    indicators: tuple[IndicatorReading, ...]
    invalidation: str
    invalidation_rules: tuple[InvalidationRule, ...]
    rules_met: tuple[str, ...]
    wednesday_conviction: float
    conviction: float
    conviction_path: tuple[float, ...]
    peers: tuple[PeerPosition, ...]
    thesis: tuple[str, ...] = ()


class CheckpointAnswer(Schema):
    """What the engine answers; code decides what of it may be done.

    There is no place for an instrument, a size or a question: an answer that has one is no answer.
    """

    conviction: Conviction
    action: CheckpointAction
    reason: Text
