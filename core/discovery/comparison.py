"""Two compared configurations as they are recorded and shown, with every setting they do not share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.discovery.comparing import Compared, Side
from core.discovery.settings import DiscoverySettings
from core.rules.picker_performance import Estimate
from core.rules.statistics.bootstrap import FEWEST_WEEKS as FEWEST_BLOCKS
from core.rules.statistics.quantiles import Interval
from core.schemas.comparison import ComparedSide, Comparison, Differing, Estimated


def comparison_of(
    found: Compared,
    names: tuple[str, str],
    settings: tuple[DiscoverySettings, DiscoverySettings],
) -> Comparison:
    """As it is recorded and shown; ``names`` are the files' own, without folders."""
    first, second = (
        _side(name, one, side)
        for name, one, side in zip(names, settings, (found.first, found.second), strict=True)
    )
    return Comparison(
        first=first,
        second=second,
        differing=tuple(differing(*settings)),
        days=len(found.days),
        fewest_days=FEWEST_BLOCKS * found.horizon,
        first_day=found.days[0] if found.days else None,
        last_day=found.days[-1] if found.days else None,
        left_out=found.left_out,
        horizon=found.horizon,
        shared=found.shared,
        either=found.either,
        difference=_estimated(found.difference),
    )


def differing(first: DiscoverySettings, second: DiscoverySettings) -> Iterator[Differing]:
    """Every setting in which the two are not the same, by its path in the file."""
    one, two = (_flat(each.model_dump(mode="json")) for each in (first, second))
    for path in one:
        if one[path] != two[path]:
            yield Differing(setting=path, first=str(one[path]), second=str(two[path]))


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{path}.")
        else:
            found[path] = value
    return found


def _side(name: str, settings: DiscoverySettings, side: Side) -> ComparedSide:
    return ComparedSide(
        name=name,
        fingerprint=settings.fingerprint,
        suggested=side.suggested,
        counted=side.counted,
        hit_rate=_estimated(side.hit_rate),
        mean=_estimated(side.mean),
    )


def estimate_of(one: Estimated) -> Estimate:
    """As the figures of pickers are shown everywhere."""
    if one.low is None or one.high is None:
        return Estimate(one.value, None)
    return Estimate(one.value, Interval(one.low, one.high))


def _estimated(one: Estimate) -> Estimated:
    low, high = (None, None) if one.interval is None else (one.interval.low, one.interval.high)
    return Estimated(value=one.value, low=low, high=high)
