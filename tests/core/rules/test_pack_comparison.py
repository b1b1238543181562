"""Two packs compared by their typed fields: what both say, what one says, and nothing read from prose."""

from __future__ import annotations

from core.rules.pack_comparison import Stand, compare_packs
from tests.fakes.week import findings, received


def pack(**changes):
    return received(**changes).pack


def regime(**changes):
    return {**findings().macro_regime.model_dump(), **changes}


def candidate(symbol, bias):
    base = findings().tradable_candidates[0].model_dump()
    return {**base, "instrument": symbol, "directional_bias": bias}


def event(name, day):
    base = findings().event_calendar_next_7d[0].model_dump()
    return {**base, "event": name, "date_et": day}


def narrative(name):
    return {**findings().top_narratives[0].model_dump(), "name": name}


def stands(points):
    return {point.subject: point.stand for point in points}


def test_a_pack_agrees_with_itself_everywhere():
    found = compare_packs(pack(), pack())
    assert found.differences == ()
    every = (*found.regime, *found.candidates, *found.narratives, *found.events)
    assert {point.stand for point in every} == {Stand.AGREE}
    assert len(found.regime) == 6


def test_a_differing_impulse_and_positioning_are_named():
    consensus = {**findings().consensus_map.model_dump(), "positioning_guess": "light"}
    found = compare_packs(
        pack(), pack(macro_regime=regime(rates_impulse="up"), consensus_map=consensus)
    )
    assert [(one.subject, one.a, one.b) for one in found.differences] == [
        ("rates_impulse", "down", "up"),
        ("positioning", "crowded", "light"),
    ]


def test_candidates_agree_by_bias_and_one_sided_ones_say_whose_they_are():
    left = pack(tradable_candidates=[candidate("SPY", "bullish"), candidate("TLT", "bearish")])
    right = pack(tradable_candidates=[candidate("SPY", "bearish"), candidate("GLD", "bullish")])
    assert stands(compare_packs(left, right).candidates) == {
        "SPY": Stand.DIFFER,
        "TLT": Stand.ONLY_A,
        "GLD": Stand.ONLY_B,
    }


def test_an_instrument_named_twice_with_two_biases_is_of_both_minds():
    torn = pack(tradable_candidates=[candidate("SPY", "bullish"), candidate("SPY", "bearish")])
    (point,) = compare_packs(torn, pack()).candidates
    assert (point.a, point.b, point.stand) == ("bearish and bullish", "bullish", Stand.DIFFER)


def test_names_are_the_same_when_their_letters_and_digits_are():
    left = pack(top_narratives=[narrative("Soft landing"), narrative("AI capex")])
    right = pack(top_narratives=[narrative("SOFT-LANDING!"), narrative("Oil glut")])
    assert stands(compare_packs(left, right).narratives) == {
        "Soft landing": Stand.AGREE,
        "AI capex": Stand.ONLY_A,
        "Oil glut": Stand.ONLY_B,
    }


def test_an_event_given_for_two_days_differs_and_events_come_in_order_of_their_days():
    left = pack(
        event_calendar_next_7d=[event("Payrolls", "2026-11-20"), event("CPI", "2026-11-19")]
    )
    right = pack(event_calendar_next_7d=[event("payrolls", "2026-11-21")])
    points = compare_packs(left, right).events
    assert [(one.subject, one.stand) for one in points] == [
        ("CPI", Stand.ONLY_A),
        ("Payrolls", Stand.DIFFER),
    ]


def test_an_empty_pack_leaves_everything_to_the_other():
    empty = pack(top_narratives=[], tradable_candidates=[], event_calendar_next_7d=[])
    found = compare_packs(empty, pack())
    one_sided = (*found.candidates, *found.narratives, *found.events)
    assert {point.stand for point in one_sided} == {Stand.ONLY_B}
