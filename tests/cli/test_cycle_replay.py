"""`cycle replay`: a cycle again from its recorded answers, green or red."""

from __future__ import annotations


def test_a_cycle_is_done_again_and_what_is_none_is_refused(council, empty):
    council("cycle", "replay", "--store", empty).check_refused("there is no store at")
    assert council("discovery", "run", "--store", empty).code == 0
    council("cycle", "replay", "--store", empty).check_refused("there is no cycle yet")
    assert council("cycle", "run", "--symbols", "SPY,QQQ,GLD", "--store", empty).code == 0
    said = council("cycle", "replay", "--store", empty)
    assert said.code == 0, said
    assert "identical, byte for byte" in said.out
    told = council("cycle", "replay", "--store", empty, "--json").json
    assert (told["identical"], told["difference"]) == (True, None)
    council("cycle", "replay", "nobody", "--store", empty).check_refused("no cycle 'nobody'")
