"""The rules chairman: conviction weighted by reviews, with a veto on undefined risk.

For each (instrument, direction): the sum over its pitches of |conviction| x (mean review / 10). A pitch
whose mean score for risk definition or indicator integrity is under 4 is vetoed and counts nothing.
The best trade wins if its sum is at least 0.35 and 10 % ahead of the next; otherwise FLAT. So is a
trade whose conviction ends under 0.25, which would not be opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from core.rules.invalidation import describe
from core.schemas.briefs import AnonymousPitch, AnonymousReview, ChairmanBrief
from core.schemas.decision import ChairmanAnswer, Dissent, MonitoringPlan, SelectedTrade
from core.types import Direction, Horizon
from providers.llm.rules.idea import MIN_STRENGTH

VETO_BELOW = 4.0
ENOUGH = 0.35
LEAD = 1.10
LONGEST_QUOTE = 400
MOST_DISSENTS = 12
VETOED = ("risk_definition", "indicator_integrity")


@dataclass(frozen=True, slots=True)
class Judged:
    """A pitch with the mean of its reviews (1 to 10) and the score that vetoed it, if one did."""

    pitch: AnonymousPitch
    mean: float
    veto: str | None

    @property
    def weight(self) -> float:
        return 0.0 if self.veto else abs(self.pitch.conviction) * self.mean / 10

    @property
    def trade(self) -> tuple[str | None, Direction]:
        return self.pitch.instrument, self.pitch.direction


def decide(brief: ChairmanBrief) -> ChairmanAnswer:
    """One pitched trade, or FLAT when none is convincing or two are equally so."""
    judged = [_judge(pitch, brief.reviews) for pitch in brief.pitches]
    totals = _totals(one for one in judged if one.pitch.direction is not Direction.FLAT)
    ranked = sorted(totals.items(), key=lambda item: (-item[1], str(item[0])))
    if not ranked or ranked[0][1] < ENOUGH:
        strongest = ranked[0][1] if ranked else 0.0
        return _flat(judged, f"the strongest trade weighs {strongest:.2f}, under {ENOUGH}")
    if len(ranked) > 1 and ranked[0][1] < LEAD * ranked[1][1]:
        return _flat(judged, "two trades weigh nearly the same")
    answer = _trade(judged, ranked[0][0], ranked[0][1], sum(totals.values()))
    if abs(answer.conviction) < MIN_STRENGTH:
        return _flat(
            judged, f"the council's conviction would be {answer.conviction:+.2f}, too little"
        )
    return answer


def _judge(pitch: AnonymousPitch, reviews: Sequence[AnonymousReview]) -> Judged:
    scores = [review.scores for review in reviews if review.label == pitch.label]
    if not scores:
        return Judged(pitch, 0.0, "no review")
    means = {name: fmean(score.by_name()[name] for score in scores) for name in VETOED}
    veto = next((name for name in VETOED if means[name] < VETO_BELOW), None)
    return Judged(pitch, fmean(score.mean for score in scores), veto)


def _totals(judged: Iterable[Judged]) -> dict[tuple[str | None, Direction], float]:
    totals: dict[tuple[str | None, Direction], float] = {}
    for one in judged:
        totals[one.trade] = totals.get(one.trade, 0.0) + one.weight
    return totals


def _trade(
    judged: Sequence[Judged], trade: tuple[str | None, Direction], weight: float, total: float
) -> ChairmanAnswer:
    behind = [one for one in judged if one.trade == trade and not one.veto]
    lead = max(behind, key=lambda one: (one.mean, one.pitch.label))
    share = weight / total if total else 0.0
    strength = fmean(abs(one.pitch.conviction) for one in behind) * (0.5 + 0.5 * share)
    conviction = round(min(strength, 2.0), 2) * trade[1].sign
    return ChairmanAnswer(
        selected_trade=SelectedTrade(
            instrument=trade[0], direction=trade[1], horizon=lead.pitch.horizon
        ),
        conviction=conviction,
        rationale=(
            f"{trade[1]} {trade[0]} weighs {weight:.2f} of {total:.2f} by conviction times review; "
            f"{len(behind)} of {len(judged)} pitches stand behind it, led by {lead.pitch.label} with "
            f"a mean review of {lead.mean:.1f}.{_vetoes(judged)}"
        ),
        dissent_summary=_dissents(one for one in judged if one.trade != trade),
        monitoring_plan=_plan(lead.pitch),
    )


def _flat(judged: Sequence[Judged], why: str) -> ChairmanAnswer:
    wanting = [one for one in judged if one.pitch.direction is not Direction.FLAT]
    return ChairmanAnswer(
        selected_trade=SelectedTrade(
            instrument=None, direction=Direction.FLAT, horizon=Horizon.WEEK
        ),
        conviction=0.0,
        rationale=f"No trade: {why}.{_vetoes(judged)}",
        dissent_summary=_dissents(wanting),
        monitoring_plan=MonitoringPlan(
            checkpoints=("next Wednesday: new pitches, nothing is held until then",),
            key_indicators=(),
            watch_conditions=(),
        ),
    )


def _vetoes(judged: Sequence[Judged]) -> str:
    names = [f"{one.pitch.label} ({one.veto})" for one in judged if one.veto]
    return f" Vetoed: {', '.join(names)}." if names else ""


def _dissents(judged: Iterable[Judged]) -> tuple[Dissent, ...]:
    """Who wanted otherwise, the weightiest first, as many as the schema has room for."""
    order = sorted(judged, key=lambda one: (-one.weight, one.pitch.label))
    return tuple(_dissent(one) for one in order[:MOST_DISSENTS])


def _dissent(one: Judged) -> Dissent:
    reason = f"vetoed for {one.veto}" if one.veto else f"weighs {one.weight:.2f}"
    pitch = one.pitch
    return Dissent(
        model=pitch.label,
        position=f"{pitch.direction} {pitch.instrument or ''} {pitch.conviction:+.2f}".strip(),
        reason=f"{pitch.thesis_bullets[0][:LONGEST_QUOTE]} ({reason}, mean review {one.mean:.1f})",
    )


def _plan(pitch: AnonymousPitch) -> MonitoringPlan:
    return MonitoringPlan(
        checkpoints=("09:00: the previous close against the rules", "12:00: the open"),
        key_indicators=tuple(
            f"{sign.name} {sign.direction} {sign.threshold:g} (Wednesday: {sign.value:.4g})"
            for sign in pitch.indicators
        )
        or ("price",),
        watch_conditions=(
            *(describe(rule) for rule in pitch.invalidation_rules),
            pitch.invalidation[:LONGEST_QUOTE],
        ),
    )
