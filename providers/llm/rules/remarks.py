"""What a rules reviewer says beside its scores: the weakest dimension, in the pitch's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.schemas.pitch import PitchIndicator
from core.types import Direction, Horizon
from providers.llm.rules.evidence import decisiveness, soundness
from providers.llm.rules.exits import loss_at_exit, nearest_exit
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.sight import Sight, strongest_evidence
from providers.llm.rules.wording import FIGURE, quoted

Remark = tuple[str, str]
"""The argument against, and the fix."""
AGAINST = -0.2
"""Evidence from here on speaks against the pitched side, whatever else is weak."""
ENOUGH = 0.5
"""An exit between this share of the lens' own distance and its inverse does define a risk."""


def remark(sight: Sight, weakest: str) -> Remark:
    """The lens' own evidence when it speaks against the side, else the weakest dimension."""
    argument, fix = REMARKS[weakest](sight)
    if sight.support < AGAINST:
        argument, _ = _edge(sight)
    return argument, fix


def flip_condition(sight: Sight) -> str:
    """The price at which this reviewer would take the other side, a weekly volatility beyond the mean."""
    pitch, asset = sight.pitch, sight.asset
    if asset is None or sight.flat:
        strongest = strongest_evidence(sight)
        return (
            f"Evidence above {max(strongest, 0.5) + 0.1:.2f} in one asset (now {strongest:.2f} at "
            f"most, by {sight.lens.trusts}) would make standing aside wrong."
        )
    side = "below" if pitch.direction.sign > 0 else "above"
    level, name = asset.indicators.get("sma_50"), "its 50-session mean"
    price = float(asset.price)
    crossed = level is None or (price - level) * pitch.direction.sign < 0
    if crossed or level is None:
        level, name = (
            price * (1 - pitch.direction.sign * weekly_volatility(asset)),
            ("a weekly volatility from here"),
        )
    return f"A close of {asset.symbol} {side} {level:.2f}, {name}."


def _clarity(sight: Sight) -> Remark:
    bullets = sight.pitch.thesis_bullets
    bare = [place for place, text in enumerate(bullets, 1) if not FIGURE.search(text)]
    places = ", ".join(str(place) for place in bare)
    if not bare:
        return (
            f"{len(bullets)} bullets state {len(quoted(sight.pitch))} of the frozen indicators: too few.",
            f"Quote the snapshot's value and its threshold, such as {sight.lens.reads[0]}.",
        )
    return (
        f"{len(bare)} of {len(bullets)} bullets (number {places}) carry no figure that could be wrong.",
        f"Put one falsifiable figure into bullet {places}.",
    )


def _edge(sight: Sight) -> Remark:
    pitch, support = sight.pitch, sight.support
    if sight.flat:
        return (
            (
                f"Standing aside ignores evidence of {strongest_evidence(sight):.2f} by "
                f"{sight.lens.trusts}."
            ),
            "Name the strongest asset and say why it was passed over.",
        )
    fair = 2 * max(support, 0.0) * pitch.direction.sign
    return (
        (
            f"By {sight.lens.trusts} the evidence for {pitch.direction} {pitch.instrument} is "
            f"{support:+.2f} on a scale from -1 to 1, against a conviction of {pitch.conviction:+.2f}."
        ),
        (
            f"Bring the conviction from {pitch.conviction:+.2f} nearer to {fair:+.2f}, or name an edge that "
            "these numbers do not show."
        ),
    )


def _timing(sight: Sight) -> Remark:
    pitch = sight.pitch
    if sight.flat or sight.asset is None:
        return "Nothing says when to act.", "Name the date or the price that ends the waiting."
    shorter = "3d" if pitch.horizon is Horizon.WEEK else "1w"
    return (
        (
            f"The last five sessions moved {pitch.instrument} {sight.push:+.2f} weekly volatilities "
            f"toward the pitched side, which does not fit a horizon of {pitch.horizon}."
        ),
        f"Take a horizon of {shorter}, or name the catalyst within {pitch.horizon}.",
    )


def _risk(sight: Sight) -> Remark:
    if sight.flat:
        return (
            "No rule says what would end the waiting.",
            "State the level that would call for a trade.",
        )
    count, near, lens = len(sight.pitch.invalidation_rules), nearest_exit(sight), sight.lens
    week = weekly_volatility(sight.asset) if sight.asset else 0.03
    if near is None or not ENOUGH * lens.stop <= near <= lens.stop / ENOUGH:
        said = "no stop" if near is None else f"an exit {near:.2f} weekly volatilities away"
        return (
            f"The pitch has {said} in {count} rules, where about {lens.stop:g} would define the risk.",
            f"Add return_since_entry below {-lens.stop * week:.4f}, {lens.stop:g} weekly volatilities.",
        )
    return (
        (
            f"An exit {near:.2f} weekly volatilities away would cost {loss_at_exit(sight) or 0.0:.1%} "
            f"of equity, where {lens.budget:.1%} is reasonable, with {count} rules that code can check."
        ),
        "Add a frozen price level, a nearer exit or a lower conviction.",
    )


def _integrity(sight: Sight) -> Remark:
    signs = sight.pitch.indicators
    wrong = [one for one in signs if soundness(sight, one) < 1.0]
    if not signs:
        return "No indicator is stated, so none can be checked.", "State the snapshot's values."
    if not wrong:
        least = min(signs, key=lambda one: decisiveness(sight, one))
        return (
            f"{len(signs)} indicators are true but say little: {_named(least)}.",
            f"State one that {sight.pitch.label} could be wrong by, such as {sight.lens.reads[0]}.",
        )
    return (
        f"{len(wrong)} of {len(signs)} indicators do not hold: {_named(wrong[0])}.",
        f"Quote the snapshot's {wrong[0].name} and the side of {wrong[0].threshold:g} it stands on.",
    )


def _named(one: PitchIndicator) -> str:
    return f"{one.name} is stated as {one.value:.4g}, {one.direction} {one.threshold:.4g}"


def _originality(sight: Sight) -> Remark:
    pitch = sight.pitch
    same = [
        other.label
        for other in sight.others
        if (other.instrument, other.direction) == (pitch.instrument, pitch.direction)
    ]
    trade = f"{pitch.direction} {pitch.instrument or ''}".strip()
    if same:
        return (
            f"{trade} is also pitched by {', '.join(same)}: it adds no view of its own.",
            f"Say what {pitch.label} sees that {same[0]} does not.",
        )
    return (
        f"{trade} leans the same way as most of the {len(sight.others)} other pitches shown.",
        "Say which of the others would lose when this one wins.",
    )


def _tradeability(sight: Sight) -> Remark:
    asset, pitch = sight.asset, sight.pitch
    if asset is None:
        return "There is no instrument to trade.", "Name one of the universe."
    if pitch.direction is Direction.SHORT and not asset.shortable:
        return (
            f"{asset.symbol} cannot be sold short.",
            "Express the view in a shortable instrument.",
        )
    volatility = asset.indicators.get("realised_volatility_20")
    volume = asset.indicators.get("relative_volume_20")
    shown = "unknown" if volatility is None else f"{volatility:.1%} against {sight.lens.wild:.0%}"
    traded = "unknown" if volume is None else f"{volume:.2f} of its usual volume"
    return (
        (
            f"{asset.symbol}: volatility {shown} that can be held, {traded}"
            f"{''.join(f'; {defect}' for defect in asset.defects[:1])}."
        ),
        f"Choose a calmer or more liquid {asset.asset_class} instrument for the same view.",
    )


REMARKS: Mapping[str, Callable[[Sight], Remark]] = {
    "clarity": _clarity,
    "edge_plausibility": _edge,
    "timing_catalyst": _timing,
    "risk_definition": _risk,
    "indicator_integrity": _integrity,
    "originality": _originality,
    "tradeability": _tradeability,
}
