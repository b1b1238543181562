"""The pickers' thresholds and weights: frozen data with a fingerprint of its own.

Deliberately no part of the desk's policy: a new filter changes no week of the council.
"""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import Field, model_validator

from core.canonical import fingerprint
from core.discovery.tape import TapeChoice
from core.schemas.base import Schema
from core.schemas.suggestion import Picker, Unit

Positive: TypeAlias = Annotated[float, Field(gt=0)]
Trapezoid: TypeAlias = tuple[float, float, float, float]
"""0 up to the first, rising to 1 at the second, 1 until the third, falling to 0 at the fourth."""
PICKERS = (Picker.METRIC, Picker.FUZZY, Picker.LLM)


def _rising(name: str, points: Trapezoid) -> None:
    if list(points) != sorted(points):
        raise ValueError(f"{name} must rise: {list(points)}")


class PickerWeights(Schema):
    """Weights of the ensemble; only their proportions matter."""

    metric: float = Field(default=0.3, ge=0, le=1)
    fuzzy: float = Field(default=0.4, ge=0, le=1)
    llm: float = Field(default=0.3, ge=0, le=1)

    def of(self, picker: Picker) -> float:
        return float(getattr(self, picker.value))


class MetricFilters(Schema):
    """Pass or fail. Shares and USD a session (mean of 20), spread a fraction, market cap USD.

    A filter whose value nobody knows rejects nothing and is stated, except those of
    ``must_know``. ``longest_gap`` sessions without a bar cut a history (a reused ticker, a halt).
    """

    min_volume: Positive = 1_000_000
    min_dollar_volume: Positive = 10_000_000
    min_price: Positive = 5
    max_price: Positive = 10_000
    max_spread: Unit = 0.01
    min_market_cap: Positive = 300_000_000
    max_beta: Positive = 3
    max_missing: int = Field(default=2, ge=0, le=20)
    longest_gap: int = Field(default=10, ge=1, le=250)
    must_know: tuple[str, ...] = ("price", "volume", "dollar_volume")
    tape: TapeChoice = "auto"
    iex_share: tuple[Unit, Unit] = (0.01, 0.04)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 < self.iex_share[0] <= self.iex_share[1]:
            raise ValueError(
                "iex_share is the least and the most share of the tape, e.g. [0.01, 0.04]"
            )
        return self


class FuzzyScores(Schema):
    """Weights of the parts (only proportions matter) and where each is good: see `Trapezoid`.

    ``relative_volume`` is 1 from this multiple of the 20-session average on. ``known_weight``: the
    share of the weights that must be known for a pick. ``memory``: how far similar past trades may
    move a score, at a mean outcome of ``memory_return`` or more, within ``memory_distance``.
    """

    liquidity: float = Field(default=0.30, ge=0, le=1)
    volatility: float = Field(default=0.25, ge=0, le=1)
    momentum: float = Field(default=0.35, ge=0, le=1)
    sector: float = Field(default=0.10, ge=0, le=1)
    threshold: Unit = 0.3
    known_weight: Unit = 0.5
    relative_volume: Positive = 2.0
    rsi: Trapezoid = (10, 30, 70, 90)
    realised: Trapezoid = (0, 0.15, 0.45, 1)
    distance: Trapezoid = (-0.10, 0, 0.08, 0.25)
    sector_share: Positive = 0.30
    memory: Unit = 0.1
    memory_return: Positive = 0.05
    memory_distance: Positive = 0.6
    memory_candidates: int = Field(default=60, ge=0, le=500)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.liquidity + self.volatility + self.momentum + self.sector <= 0:
            raise ValueError("at least one weight must be above 0")
        for name in ("rsi", "realised", "distance"):
            _rising(name, getattr(self, name))
        return self


class LlmPicks(Schema):
    """How many rows of the market the model is shown and may pick; who it is stands in models.yaml.

    ``neighbours``: so many similar market conditions of the past are shown beside them.
    """

    candidates: int = Field(default=60, ge=5, le=300)
    max_picks: int = Field(default=15, ge=1, le=50)
    neighbours: int = Field(default=4, ge=0, le=20)


class DiscoverySettings(Schema):
    """Everything a round depends on besides its inputs; ``sessions`` of bars are looked at."""

    enabled: tuple[Picker, ...] = PICKERS
    weights: PickerWeights = PickerWeights()
    metric: MetricFilters = MetricFilters()
    fuzzy: FuzzyScores = FuzzyScores()
    llm: LlmPicks = LlmPicks()
    sessions: int = Field(default=130, ge=2, le=520)
    max_suggestions: int = Field(default=40, ge=1, le=200)
    max_watchlist: int = Field(default=20, ge=1, le=20)

    @model_validator(mode="after")
    def _can_pick(self) -> Self:
        strange = sorted(set(self.enabled) - set(PICKERS))
        if strange or not self.enabled or len(set(self.enabled)) < len(self.enabled):
            raise ValueError("enabled pickers are one or more of metric, fuzzy, llm, each once")
        if sum(self.weights.of(picker) for picker in self.enabled) <= 0:
            raise ValueError("the enabled pickers' weights are all 0: give one a weight")
        return self

    @property
    def fingerprint(self) -> str:
        return fingerprint(self)
