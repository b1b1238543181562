"""`doctor` finds what is broken, says where each value came from, and never shows a key."""

from __future__ import annotations

import socket

CANARY = "sk-or-canary-0123456789abcdef"


def named(found, name: str):
    return next(check for check in found["checks"] if check["name"] == name)


def test_all_is_well_without_any_key(council, empty):
    said = council("doctor", "--store", empty, "--json")
    assert said.code == 0
    assert all(check["ok"] for check in said.json["checks"])
    names = {check["name"] for check in said.json["checks"]}
    assert names >= {"keys present", "database", "calendar", "clock", "data", "web port"}
    assert named(said.json, "feeds")["detail"] == "headlines: none, companies: none"
    assert "SIMULATED" in named(said.json, "data")["detail"]


def test_a_key_is_present_and_never_shown(council, empty, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", CANARY)
    monkeypatch.setenv("DATABASE_PASSWORD", CANARY)
    monkeypatch.setenv("DATABASE_NAME", "desk")
    for words in ("doctor",), ("doctor", "--json"):
        said = council(*words, "--store", empty)
        assert "OPENROUTER_API_KEY" in said.out
        assert CANARY not in said.out + said.err


def test_every_value_says_where_it_came_from(council, empty, monkeypatch, root):
    monkeypatch.setenv("PORT_BACKEND", "45678")
    (root / ".env").write_text("LOG_LEVEL=DEBUG\n")
    found = council("doctor", "--store", empty, "--json").json["settings"]
    assert found["store"]["origin"] == "command line --store"
    origins = {name.upper(): one["origin"] for name, one in found.items()}
    assert any("environment PORT_BACKEND" in origin for origin in origins.values())
    assert any(".env:1 LOG_LEVEL" in origin for origin in origins.values())
    assert any("risk.yaml" in origin for origin in origins.values())


def test_alert_channels_are_present_or_absent_and_their_addresses_never_shown(
    council, empty, monkeypatch
):
    monkeypatch.setenv("COUNCIL_ALERT_DISCORD_URL", f"discord://4711/{CANARY}")
    found = council("doctor", "--store", empty, "--json")
    told = found.json["settings"]
    assert told["COUNCIL_ALERT_DISCORD_URL"] == {
        "value_shown": "present",
        "origin": "environment COUNCIL_ALERT_DISCORD_URL",
    }
    assert told["COUNCIL_ALERT_EMAIL_URL"]["value_shown"] == "absent"
    assert told["COUNCIL_LEASE_S"]["value_shown"] == "20.0"
    assert CANARY not in found.out + found.err


def test_live_without_its_key_is_broken(council, empty):
    said = council("doctor", "--profile", "live", "--store", empty, "--json")
    assert said.code == 1
    assert not named(said.json, "keys present")["ok"]


def test_a_data_folder_that_cannot_be_used_is_broken(council, empty, monkeypatch, tmp_path):
    (tmp_path / "bars").mkdir()
    monkeypatch.setenv("MARKET_DATA_DIR", str(tmp_path / "bars"))
    said = council("doctor", "--store", empty)
    assert (said.code, said.err) == (1, "")
    assert "BROKEN" in said.out
    assert "no bars in" in said.out


def test_a_port_in_use_is_worth_knowing_and_not_broken(council, empty, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT_BACKEND", str(taken.getsockname()[1]))
        said = council("doctor", "--store", empty, "--json")
    assert said.code == 0
    assert named(said.json, "web port")["warning"]


def test_up_on_a_port_in_use_starts_nothing(council, empty, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT_BACKEND", str(port))
        said = council("up", "--store", empty)
    said.check_refused(f"port {port} is in use", "set PORT_BACKEND to another")
