"""The verdict on two configurations: no winner without enough days, nor within the noise."""

from __future__ import annotations

import pytest

from core.discovery.comparison import differing
from core.discovery.settings import DiscoverySettings, FuzzyScores, PickerWeights
from core.schemas.comparison import ComparedSide, Comparison, Differing, Estimated

NOTHING = Estimated(value=None)


def side(name: str) -> ComparedSide:
    return ComparedSide(
        name=name, fingerprint="f" * 64, suggested=9, counted=9, hit_rate=NOTHING, mean=NOTHING
    )


def compared(days: int, *found: float, same: bool = False) -> Comparison:
    return Comparison(
        first=side("a.yaml"),
        second=side("b.yaml"),
        differing=()
        if same
        else (Differing(setting="fuzzy.threshold", first="0.3", second="0.6"),),
        days=days,
        fewest_days=40,
        first_day=None,
        last_day=None,
        left_out=0,
        horizon=5,
        shared=0,
        either=0,
        difference=Estimated(**dict(zip(("value", "low", "high"), found, strict=False)))
        if found
        else NOTHING,
    )


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (compared(39, 0.02, 0.01, 0.03), "Too early to tell: 39 days"),
        (compared(0), "Too early to tell: 0 days"),
        (compared(60, 0.02, 0.01, 0.03), "b.yaml did better than a.yaml"),
        (compared(60, -0.02, -0.03, -0.01), "a.yaml did better than b.yaml"),
        (
            compared(60, 0.01, -0.01, 0.03),
            "No difference can be told: b.yaml less a.yaml is +1.00%",
        ),
        (compared(60, 0.0), "it does not vary"),
        (compared(60, 0.02, 0.01, 0.03, same=True), "there is nothing to compare"),
    ],
)
def test_the_verdict_follows_the_interval_and_the_days(comparison, words):
    assert words in comparison.verdict
    won = "did better" in comparison.verdict
    assert won == ("did better" in words)


def test_what_differs_is_named_by_its_path_in_the_file():
    first = DiscoverySettings()
    second = DiscoverySettings(weights=PickerWeights(metric=0.5), fuzzy=FuzzyScores(threshold=0.6))
    found = {one.setting: (one.first, one.second) for one in differing(first, second)}
    assert found == {"weights.metric": ("0.3", "0.5"), "fuzzy.threshold": ("0.3", "0.6")}
    assert list(differing(first, first)) == []
