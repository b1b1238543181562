"""The ensemble: weights, ties, absent pickers, divergence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discovery.ensemble import Ballot, ensemble, notes_on_absent
from core.discovery.settings import DiscoverySettings, PickerWeights
from core.discovery.verdicts import Verdicts
from core.schemas.suggestion import Picker
from tests.core.discovery.markets import AS_OF

SYMBOLS = ("AAA", "BBB", "CCC", "DDD")


def verdicts(picker: Picker, **scores: float) -> Verdicts:
    """Picked are those with a score."""
    values = np.array([scores.get(symbol, 0.0) for symbol in SYMBOLS])
    return Verdicts(
        picker=picker,
        symbols=SYMBOLS,
        picked=values > 0,
        eligible=np.ones(4, dtype=bool),
        score=values,
        parts={},
        say=lambda row: ([f"{picker} of {SYMBOLS[row]}"], []),
    )


def ballot(*given: Verdicts, absent=None, may=(True,) * 4, size=(4.0, 3.0, 2.0, 1.0)) -> Ballot:
    return Ballot(given, absent or {}, np.array(may), np.full(4, 10.0), np.array(size))


def ranked(found) -> list[tuple[str, float]]:
    return [(one.symbol, one.score) for one in found.suggestions]


def test_a_symbol_of_two_pickers_stands_once_with_both_reasons_by_weight():
    metric, fuzzy = verdicts(Picker.METRIC, AAA=1, BBB=1), verdicts(Picker.FUZZY, BBB=0.5)
    llm = verdicts(Picker.LLM, CCC=0.9)
    found = ensemble(ballot(metric, fuzzy, llm), DiscoverySettings(), "equity_cycle", AS_OF)
    assert ranked(found) == [("BBB", 0.5), ("AAA", 0.3), ("CCC", 0.27)]
    assert [one.rank for one in found.suggestions] == [1, 2, 3]
    first = found.suggestions[0]
    assert [pick.reasons for pick in first.picks] == [
        ("metric of BBB",),
        ("fuzzy of BBB",),
        ("llm of BBB",),
    ]
    assert [pick.picked for pick in first.picks] == [True, True, False]


def test_an_absent_pickers_weight_goes_to_the_others_and_is_said():
    absent = {Picker.LLM: "ModelTimeout: no answer"}
    given = (verdicts(Picker.METRIC, AAA=1), verdicts(Picker.FUZZY, AAA=1))
    found = ensemble(ballot(*given, absent=absent), DiscoverySettings(), "equity_cycle", AS_OF)
    assert ranked(found) == [("AAA", 1.0)]
    assert found.weights == pytest.approx({Picker.METRIC: 3 / 7, Picker.FUZZY: 4 / 7})
    assert notes_on_absent(absent, found.weights) == (
        "llm did not pick (ModelTimeout: no answer): metric 0.43, fuzzy 0.57",
    )


def test_the_only_picker_left_has_all_the_weight_even_with_none_of_its_own():
    settings = DiscoverySettings(weights=PickerWeights(metric=0, fuzzy=1, llm=0))
    found = ensemble(ballot(verdicts(Picker.METRIC, AAA=1)), settings, "equity_cycle", AS_OF)
    assert found.weights == {Picker.METRIC: 1.0}


def test_ties_go_to_more_pickers_then_to_more_dollars_then_by_name():
    metric = verdicts(Picker.METRIC, AAA=1, CCC=1, DDD=1)
    fuzzy = verdicts(Picker.FUZZY, BBB=0.75)
    one = ballot(metric, fuzzy, size=(1.0, 1.0, 2.0, 1.0))
    found = ensemble(one, DiscoverySettings(enabled=("metric", "fuzzy")), "equity_cycle", AS_OF)
    assert [name for name, _ in ranked(found)] == ["CCC", "AAA", "BBB", "DDD"]


def test_what_may_not_be_suggested_is_not_whoever_picks_it():
    one = ballot(verdicts(Picker.LLM, AAA=1, BBB=0.5), may=(False, True, True, True))
    found = ensemble(one, DiscoverySettings(), "equity_cycle", AS_OF)
    assert [name for name, _ in ranked(found)] == ["BBB"]
    assert found.picked == {Picker.LLM: 1}


def test_metric_no_and_model_yes_is_a_divergence_and_the_reverse_is_not():
    given = (verdicts(Picker.METRIC, AAA=1), verdicts(Picker.LLM, BBB=0.9))
    found = ensemble(ballot(*given), DiscoverySettings(), "equity_cycle", AS_OF)
    assert [one.symbol for one in found.divergences] == ["BBB"]
    assert found.divergences[0].llm.reasons == ("llm of BBB",)
    assert not found.divergences[0].metric.picked


units = st.floats(min_value=0, max_value=1)


@given(
    st.lists(units, min_size=4, max_size=4),
    st.lists(units, min_size=4, max_size=4),
    st.integers(1, 4),
)
def test_ranks_are_dense_scores_fall_and_the_order_of_pickers_is_no_matter(first, second, most):
    metric = verdicts(Picker.METRIC, **dict(zip(SYMBOLS, first, strict=True)))
    fuzzy = verdicts(Picker.FUZZY, **dict(zip(SYMBOLS, second, strict=True)))
    settings = DiscoverySettings(max_suggestions=most)
    found = ensemble(ballot(metric, fuzzy), settings, "equity_cycle", AS_OF)
    again = ensemble(ballot(fuzzy, metric), settings, "equity_cycle", AS_OF)
    assert ranked(found) == ranked(again)
    scores = [score for _, score in ranked(found)]
    assert scores == sorted(scores, reverse=True)
    assert [one.rank for one in found.suggestions] == list(range(1, len(scores) + 1))
    assert len({one.suggestion_id for one in found.suggestions}) == len(scores) <= most
