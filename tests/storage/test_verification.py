"""`verify` names the first broken event, and says what it cannot know."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.errors import ChainBroken, StoreError, UnknownEvent
from storage.canonical import row_hash
from storage.replay import verified_replay
from storage.serialization import EventRegistry
from storage.verification import verify
from tests.contract.sample_events import Listed, Noted, notes
from tests.storage.conftest import EVERYWHERE
from tests.storage.tampering import tamper, unguarded

WEEK, ACCOUNT = "week/2026-11-18", "account/acct_5"


@pytest.fixture
def filled(store):
    """Positions 1-3 week, 4-6 account, 7-8 week."""
    store.commit([notes(WEEK, 0, 3), notes(ACCOUNT, 0, 3), notes(WEEK, 3, 2)])
    return store


def assert_broken(store, stream: str, version: int, why: str) -> None:
    result = verify(store)
    assert not result.ok
    assert result.first_broken is not None
    assert result.first_broken[:2] == (stream, version)
    assert why in result.first_broken[2]
    assert f"{stream} version {version}" in result.message
    assert "\n" not in result.message


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestVerify:
    def test_a_whole_log_verifies_and_says_what_cannot_be_known(self, filled):
        result = verify(filled)
        assert (result.ok, result.events, result.streams) == (True, 8, 2)
        assert (result.first_broken, result.anchored) == (None, False)
        assert "cannot be known without an anchor" in result.message

    def test_an_empty_log_verifies(self, store):
        assert verify(store).ok

    @pytest.mark.parametrize(
        "change",
        [
            'payload = \'{"text":"better","amount":"9"}\'',
            "metadata = '{}'",
            "type = 'Listed'",
            "schema_version = 2",
            "week_id = NULL",
            "run_id = 'run-2'",
            "occurred_at = '2026-11-18T13:00:02.000001Z'",
            "event_id = 'ffffffff-ffff-5fff-8fff-ffffffffffff'",
            f"hash = '{'f' * 64}'",
        ],
    )
    def test_an_altered_event_is_named(self, filled, change):
        tamper(filled, f"UPDATE events SET {change} WHERE position = 5")
        assert_broken(filled, ACCOUNT, 2, "was altered")

    def test_what_is_not_part_of_what_happened_may_differ(self, filled):
        tamper(filled, "UPDATE events SET recorded_at = 'x', telemetry = '{}'")
        assert verify(filled).ok

    def test_an_event_rehashed_after_alteration_breaks_the_next_one(self, filled):
        row = list(filled.rows("SELECT * FROM events WHERE position = 2", ())[0])
        row[8] = '{"amount":"9","text":"better"}'
        with unguarded(filled) as connection:
            connection.execute(
                text("UPDATE events SET payload = :payload, hash = :hash WHERE position = 2"),
                {"payload": row[8], "hash": row_hash(tuple(row))},
            )
        assert_broken(filled, WEEK, 3, "does not continue version 2")

    def test_a_deleted_event_is_named_though_its_row_is_gone(self, filled):
        tamper(filled, "DELETE FROM events WHERE position = 5")
        assert_broken(filled, ACCOUNT, 2, "is missing")

    def test_the_first_of_two_breaks_is_named(self, filled):
        tamper(filled, "DELETE FROM events WHERE position = 3")
        tamper(filled, "UPDATE events SET payload = '{}' WHERE position = 4")
        assert_broken(filled, WEEK, 3, "is missing")

    def test_a_deleted_end_of_a_stream_leaves_a_hole(self, filled):
        tamper(filled, "DELETE FROM events WHERE position = 6")
        assert_broken(filled, WEEK, 4, "position 6")

    def test_a_text_moved_to_the_next_column_is_noticed(self, filled):
        shifted = 'week","type":"Noted'
        tamper(filled, f"UPDATE events SET stream_id = 'x/{shifted}' WHERE position = 8")
        assert not verify(filled).ok

    def test_many_events_verify_across_pages(self, store):
        store.commit([notes(f"week/{n}", 0, 700) for n in range(3)])
        result = verify(store)
        assert (result.ok, result.events, result.streams) == (True, 2_100, 3)


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestVerifiedReplay:
    def test_it_gives_typed_events_in_order(self, filled):
        replayed = list(verified_replay(filled))
        assert [event.position for event in replayed] == list(range(1, 9))
        assert [filled.decode(event) for event in filled.read_all()] == [e.event for e in replayed]
        assert replayed[3][1:4] == (ACCOUNT, 1, next(filled.read(ACCOUNT)).event_id)
        assert replayed[0].week_id == "2026-11-18"
        assert replayed[0].run_id == "run-1"

    def test_it_stops_at_the_first_break(self, filled):
        tamper(filled, "UPDATE events SET payload = '{}' WHERE position = 5")
        replay = verified_replay(filled)
        assert [next(replay).position for _ in range(4)] == [1, 2, 3, 4]
        with pytest.raises(ChainBroken, match="account/acct_5 version 2 was altered"):
            next(replay)

    def test_it_stops_at_a_hole(self, filled):
        tamper(filled, "DELETE FROM events WHERE position = 6")
        with pytest.raises(ChainBroken, match="hole"):
            list(verified_replay(filled))

    def test_an_unknown_event_is_reported_by_name(self, filled, open_at, store_url):
        if store_url == "sqlite://":
            filled.registry = EventRegistry([Listed])
        else:
            filled = open_at(registry=EventRegistry([Listed]))
        with pytest.raises(UnknownEvent, match="Noted"):
            list(verified_replay(filled))

    def test_a_payload_of_another_shape_is_reported_with_its_place(self, filled):
        class Other(Noted):
            reason: str

        Other.__name__ = "Noted"
        filled.registry = EventRegistry([Other])
        with pytest.raises(StoreError, match="week/2026-11-18 version 1 is malformed: reason"):
            list(verified_replay(filled))
