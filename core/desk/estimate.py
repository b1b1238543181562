"""What a week is likely to cost, before it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from core.agents import AgentCast
from core.desk.spending import usd
from core.policy import DeskPolicy
from core.prices import FOUND_TOKENS, SEARCHING, Price, PriceList
from core.profile import ModelSpec, StageName

__all__ = ["TYPICAL", "EstimateLine", "Size", "WeekEstimate", "estimate_agents", "estimate_week"]


@dataclass(frozen=True, slots=True)
class Size:
    """Tokens of one call: prompt and answer, reasoning included."""

    prompt: int
    completion: int


TYPICAL: Mapping[str, Size] = MappingProxyType(
    {
        "research": Size(6_000, 5_000),  # the universe and the schema; a pack with its report
        "pitch": Size(9_000, 2_500),  # two packs, the snapshot and the schema; one idea
        "peer_review": Size(12_000, 3_000),  # the same and three pitches; a sheet of scores
        "chairman": Size(16_000, 3_000),  # four pitches and twelve reviews; one decision
        "checkpoint": Size(2_500, 500),  # what was frozen and one price; one action
        "postmortem": Size(5_000, 800),  # every score of the week; a paragraph and its lessons
    }
)
"""Of a week of four seats, where no past week of this desk says otherwise."""
AGENTS: Mapping[str, Size] = MappingProxyType(
    {
        "data_analyst": Size(12_000, 1_500),  # twenty symbols with headlines and similar setups
        "risk_manager": Size(5_000, 800),  # a handful of signals, the account and the schema
        "validator": Size(5_000, 800),
        "meta_decision": Size(5_000, 800),
        "discovery": Size(8_000, 1_200),  # sixty rows of the market
    }
)
"""Of one cycle, and of one round of discovery."""
LOW, MARGIN = Decimal("0.6"), 2
"""A terse week uses this share of the tokens; no prompt is taken to exceed this multiple."""
ATTEMPTS = 2
"""An answer that does not validate is asked for once more."""
SESSIONS_A_WEEK = 5
"""Sessions a week at each of whose checkpoints a model may decide."""


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """``calls`` of one model at one stage, USD; ``largest`` is the worst case of a single call.

    ``priced`` False: nobody wrote its price down, and its figures are zero.
    """

    stage: str
    model: str
    calls: int
    low: Decimal
    likely: Decimal
    worst: Decimal
    largest: Decimal
    priced: bool = True
    free: bool = False


@dataclass(frozen=True, slots=True)
class WeekEstimate:
    """``measured`` are the stages whose sizes past weeks gave; the others' are typical ones."""

    lines: tuple[EstimateLine, ...]
    measured: tuple[str, ...] = ()

    @property
    def low(self) -> Decimal:
        return sum((line.low for line in self.lines), Decimal(0))

    @property
    def likely(self) -> Decimal:
        return sum((line.likely for line in self.lines), Decimal(0))

    @property
    def worst(self) -> Decimal:
        return sum((line.worst for line in self.lines), Decimal(0))

    @property
    def unpriced(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.model for line in self.lines if not line.priced))

    @property
    def free(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.model for line in self.lines if line.free))

    @property
    def basis(self) -> str:
        """Where the sizes come from, in words."""
        if not self.measured:
            return "typical sizes, no past week to measure"
        return f"mean sizes of past weeks ({', '.join(self.measured)}), typical ones otherwise"

    def __str__(self) -> str:
        """One line for a terminal."""
        text = f"about {usd(self.likely)} ({usd(self.low)} to {usd(self.worst)}), by {self.basis}"
        return f"{text}; no price for {', '.join(self.unpriced)}" if self.unpriced else text


def estimate_week(
    policy: DeskPolicy,
    prices: PriceList,
    past: Mapping[str, tuple[int, int]] | None = None,
) -> WeekEstimate:
    """From research to the postmortem, and the checkpoints where models decide them.

    ``past`` are mean prompt and completion tokens by stage, as recorded. Deputies are not counted:
    they are asked instead of somebody, not beside them.
    """
    sizes = {**TYPICAL, **{stage: Size(*tokens) for stage, tokens in (past or {}).items()}}
    lines = tuple(
        _line(
            prices,
            (stage, model, calls),
            sizes[stage],
            policy.profile.settings_for(stage).max_tokens,
        )
        for stage, model, calls in _asked(policy)
    )
    used = {line.stage for line in lines}
    return WeekEstimate(
        lines, tuple(stage for stage in TYPICAL if stage in (past or {}) and stage in used)
    )


def estimate_agents(cast: AgentCast, prices: PriceList, agents: Sequence[str]) -> WeekEstimate:
    """One call of each of these agents (``discovery`` is one); rules cost nothing and are no line."""
    asked = [(agent, cast.spec_of(agent).model) for agent in agents]
    return WeekEstimate(
        tuple(
            _line(prices, (agent, model, 1), AGENTS[agent], cast.settings_for(agent).max_tokens)
            for agent, model in asked
            if not cast.spec_of(agent).is_rules
        )
    )


def _asked(policy: DeskPolicy) -> Iterator[tuple[StageName, str, int]]:
    """Stage, model and number of calls, equal ones together."""
    profile = policy.profile
    researchers = list(profile.researchers.values())
    editors = [spec.editor for spec in researchers if spec.editor is not None]
    yield from _counted("research", [*researchers, *editors])
    yield from _counted("pitch", profile.seats)
    yield from _counted("peer_review", profile.seats)
    yield from _counted("chairman", [profile.chairman])
    if policy.checkpoints.engine == "model":
        times = len(policy.schedule.checkpoints) * SESSIONS_A_WEEK
        yield from _counted("checkpoint", [*profile.seats, profile.chairman], times)
    yield from _counted("postmortem", [profile.chairman])


def _counted(
    stage: StageName, specs: Sequence[ModelSpec], times: int = 1
) -> Iterator[tuple[StageName, str, int]]:
    models = [spec.model for spec in specs if not spec.is_rules]
    for model in dict.fromkeys(models):
        yield stage, model, models.count(model) * times


def _line(prices: PriceList, asked: tuple[str, str, int], size: Size, most: int) -> EstimateLine:
    """``most`` is how many tokens an answer may have."""
    stage, model, calls = asked
    price = prices.of(model)
    if price is None:
        nothing = Decimal(0)
        return EstimateLine(stage, model, calls, nothing, nothing, nothing, nothing, priced=False)
    found = FOUND_TOKENS if model.endswith(SEARCHING) else 0
    likely = price.cost(size.prompt, min(size.completion, most))
    largest = price.cost(size.prompt * MARGIN + found, most)
    return EstimateLine(
        stage,
        model,
        calls,
        low=calls * _share(price, likely),
        likely=calls * likely,
        worst=calls * largest * _attempts(price),
        largest=largest,
        free=prices.costs_nothing(model),
    )


def _share(price: Price, likely: Decimal) -> Decimal:
    """A flat fee is due whatever is said."""
    return price.request + (likely - price.request) * LOW


def _attempts(price: Price) -> int:
    """A job with a fee is never created twice; any other call may be asked again once."""
    return 1 if price.request >= 1 else ATTEMPTS
