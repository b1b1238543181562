"""What a rules reviewer has before it when it scores one pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.schemas.briefs import AnonymousPitch
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.types import Direction
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.lenses import Lens


@dataclass(frozen=True, slots=True)
class Sight:
    """A pitch, its asset if it is known, the others shown, the snapshot and the reviewer's lens."""

    pitch: AnonymousPitch
    asset: AssetSnapshot | None
    others: Sequence[AnonymousPitch]
    snapshot: MarketSnapshot
    lens: Lens

    @property
    def flat(self) -> bool:
        return self.pitch.direction is Direction.FLAT

    @property
    def support(self) -> float:
        """The lens' evidence for the pitched side, −1 to 1; 0 where it knows nothing."""
        evidence = self.lens.evidence(self.asset, self.snapshot) if self.asset else None
        return (evidence or 0.0) * self.pitch.direction.sign

    @property
    def push(self) -> float:
        """The last five sessions toward the pitched side, in weekly volatilities; 0 if unknown."""
        week = self.asset.indicators.get("return_5d") if self.asset else None
        if self.asset is None or week is None:
            return 0.0
        return week * self.pitch.direction.sign / weekly_volatility(self.asset)


def strongest_evidence(sight: Sight) -> float:
    """The largest |evidence| the lens finds in the snapshot, 0 to 1; 0.5 where it knows nothing."""
    seen = [sight.lens.evidence(asset, sight.snapshot) for asset in sight.snapshot.assets]
    return max((abs(one) for one in seen if one is not None), default=0.5)
