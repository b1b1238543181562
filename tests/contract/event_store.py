"""What every EventStore must do: subclass it and give a `store` fixture that knows SAMPLE_EVENTS."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from core.errors import ConcurrencyError, EventConflict, StoreError
from core.events.envelope import GENESIS_HASH, Append, StreamHead, event_id
from core.types import StreamId, WeekId
from tests.contract.sample_events import START, Listed, Noted, noted, notes

WEEK = StreamId("week/2026-11-18")
ACCOUNT = StreamId("account/acct_5")
FIRST_HASH = "1f8b1872352084f9d3c76958412adbbc3011c4f16f022452a35c2b6bec11adb4"
"""Hash of the first note of a week; another value would break every chain in existence."""


class EventStoreContract:
    def test_an_empty_store_has_no_events_and_genesis_heads(self, store):
        assert list(store.read_all()) == []
        assert list(store.read(WEEK)) == []
        assert store.head(WEEK) == StreamHead(0, GENESIS_HASH)
        assert store.heads() == {}

    def test_an_event_comes_back_as_it_was_written(self, store):
        (stored,) = store.commit([notes(WEEK, 0, 1)])
        assert list(store.read(WEEK)) == [stored]
        assert (stored.position, stored.stream_id, stored.version) == (1, WEEK, 1)
        assert (stored.type, stored.schema_version) == ("Noted", 1)
        assert (stored.week_id, stored.run_id) == ("2026-11-18", "run-1")
        assert stored.payload == {"text": "note 1", "amount": "1.50"}
        assert stored.metadata == {"actor": "scheduler"}
        assert stored.telemetry == {"latency_ms": 1.5}
        assert stored.occurred_at == "2026-11-18T13:00:01.000000Z"
        assert stored.previous_hash == GENESIS_HASH
        assert store.decode(stored) == noted(WEEK, 1).event

    def test_any_text_survives_storage(self, store):
        text = 'quotes " \\ \n\t \x00 \x7f ü – 漢字 🦉 %s ? :name </script>'
        event = Noted(text=text)
        store.commit([Append(WEEK, [replace(noted(WEEK, 1), event=event)], 0)])
        (stored,) = store.read(WEEK)
        assert store.decode(stored) == event

    def test_events_of_a_stream_form_a_chain(self, store):
        stored = store.commit([notes(WEEK, 0, 3)])
        assert [event.version for event in stored] == [1, 2, 3]
        assert [event.previous_hash for event in stored[1:]] == [
            event.hash for event in stored[:-1]
        ]
        assert store.head(WEEK) == StreamHead(3, stored[-1].hash)

    def test_positions_have_no_gaps_across_streams(self, store):
        store.commit([notes(WEEK, 0, 2), notes(ACCOUNT, 0, 1), notes(WEEK, 2, 1)])
        with pytest.raises(ConcurrencyError):
            store.commit([notes(ACCOUNT, 7, 1)])
        store.commit([notes(ACCOUNT, 1, 2)])
        assert [event.position for event in store.read_all()] == [1, 2, 3, 4, 5, 6]
        assert {stream: head.version for stream, head in store.heads().items()} == {
            WEEK: 3,
            ACCOUNT: 3,
        }

    def test_the_hash_is_the_same_in_every_store_at_any_time(self, store):
        (stored,) = store.commit([notes(WEEK, 0, 1)])
        covered = {
            "event_id": stored.event_id,
            "metadata": {"actor": "scheduler"},
            "occurred_at": "2026-11-18T13:00:01.000000Z",
            "payload": {"amount": "1.50", "text": "note 1"},
            "previous_hash": "0" * 64,
            "run_id": "run-1",
            "schema_version": 1,
            "stream_id": WEEK,
            "type": "Noted",
            "version": 1,
            "week_id": "2026-11-18",
        }
        canonical = json.dumps(covered, sort_keys=True, separators=(",", ":"))
        assert stored.hash == sha256(canonical.encode()).hexdigest() == FIRST_HASH

    def test_appending_the_same_again_changes_nothing(self, store):
        appends = [notes(WEEK, 0, 2), notes(ACCOUNT, 0, 1)]
        stored = list(store.commit(appends))
        store.commit([notes(WEEK, 2, 1)])
        assert list(store.commit(appends)) == stored
        assert len(list(store.read_all())) == 4

    def test_the_same_again_is_accepted_at_any_expected_version(self, store):
        stored = list(store.commit([notes(WEEK, 0, 2)]))
        again = Append(WEEK, [noted(WEEK, 1), noted(WEEK, 2)], 2)
        assert list(store.commit([again])) == stored

    def test_telemetry_is_not_part_of_what_noted(self, store):
        stored = list(store.commit([notes(WEEK, 0, 1)]))
        slower = replace(noted(WEEK, 1), telemetry={"latency_ms": 900})
        assert list(store.commit([Append(WEEK, [slower], 0)])) == stored

    @pytest.mark.parametrize("expected", [0, 1])
    @pytest.mark.parametrize(
        "change",
        [
            {"event": Noted(text="another")},
            {"occurred_at": START},
            {"metadata": {"actor": "somebody"}},
            {"week_id": WeekId("2026-11-25")},
            {"run_id": None},
        ],
        ids=lambda change: next(iter(change)) if isinstance(change, dict) else None,
    )
    def test_the_same_id_with_another_content_is_a_conflict(self, store, change, expected):
        store.commit([notes(WEEK, 0, 1)])
        other = replace(noted(WEEK, 1), **change)
        with pytest.raises(EventConflict, match=str(other.event_id)):
            store.commit([Append(WEEK, [other], expected)])
        assert len(list(store.read_all())) == 1

    def test_the_same_id_in_another_stream_is_a_conflict(self, store):
        store.commit([notes(WEEK, 0, 1)])
        with pytest.raises(EventConflict, match=ACCOUNT):
            store.commit([Append(ACCOUNT, [noted(WEEK, 1)], 0)])
        assert store.head(ACCOUNT).version == 0

    def test_the_same_id_twice_in_one_commit_is_a_conflict(self, store):
        with pytest.raises(EventConflict, match="twice"):
            store.commit([Append(WEEK, [noted(WEEK, 1), noted(WEEK, 1)], 0)])
        assert list(store.read_all()) == []

    @pytest.mark.parametrize("expected", [0, 1, 2])
    def test_a_commit_that_is_there_in_part_is_refused_with_words(self, store, expected):
        store.commit([notes(WEEK, 0, 1)])
        with pytest.raises(ConcurrencyError, match="only 1 of the 2 events"):
            store.commit([Append(WEEK, [noted(WEEK, 1), noted(WEEK, 2)], expected)])
        assert len(list(store.read_all())) == 1

    def test_a_stale_version_names_stream_expected_and_actual(self, store):
        store.commit([notes(WEEK, 0, 2)])
        with pytest.raises(ConcurrencyError) as caught:
            store.commit([Append(WEEK, [noted(WEEK, 9)], 1)])
        assert f"stream {WEEK} is at version 2, expected 1" in str(caught.value)

    def test_a_refused_append_takes_the_whole_commit_with_it(self, store):
        store.commit([notes(WEEK, 0, 1)])
        with pytest.raises(ConcurrencyError):
            store.commit([notes(ACCOUNT, 0, 2), notes(WEEK, 5, 1)])
        assert store.head(ACCOUNT) == StreamHead(0, GENESIS_HASH)

    def test_an_append_without_events_checks_the_version_only(self, store):
        assert list(store.commit([])) == []
        assert list(store.commit([Append(WEEK, [], 0)])) == []
        with pytest.raises(ConcurrencyError):
            store.commit([Append(WEEK, [], 1), notes(ACCOUNT, 0, 1)])
        assert list(store.read_all()) == []

    @pytest.mark.parametrize("stream", ["", "week", "Week/x", 'week/"', "week/a b", "week/ü"])
    def test_a_stream_id_of_unsafe_characters_is_refused(self, store, stream):
        with pytest.raises(StoreError, match="stream id"):
            store.commit([Append(StreamId(stream), [noted(WEEK, 1)], 0)])

    def test_reading_goes_on_after_a_version_or_position(self, store):
        store.commit([notes(WEEK, 0, 3), notes(ACCOUNT, 0, 2)])
        assert [event.version for event in store.read(WEEK, 1)] == [2, 3]
        assert [event.position for event in store.read_all(3)] == [4, 5]

    def test_reading_some_types_gives_those_alone(self, store):
        listed = replace(noted(WEEK, 9), event=Listed(entries={}))
        store.commit([notes(WEEK, 0, 2), Append(WEEK, [listed], 2), notes(ACCOUNT, 0, 1)])
        assert [e.position for e in store.read_all(types=["Listed"])] == [3]
        assert [e.position for e in store.read_all(1, {"Noted"})] == [2, 4]
        assert list(store.read_all(types=[])) == []

    def test_a_long_stream_is_read_whole_and_in_order(self, store):
        store.commit([notes(WEEK, 0, 2_500)])
        assert [event.version for event in store.read(WEEK)] == list(range(1, 2_501))
        assert sum(1 for _ in store.read_all()) == 2_500

    def test_appending_while_reading_is_allowed(self, store):
        store.commit([notes(WEEK, 0, 3)])
        for number, _ in enumerate(store.read(WEEK)):
            store.commit([notes(ACCOUNT, number, 1)])
        assert store.head(ACCOUNT).version == 3

    def test_an_event_is_found_by_its_id(self, store):
        (stored,) = store.commit([notes(WEEK, 0, 1)])
        assert store.find(stored.event_id) == stored
        assert store.find(str(event_id(WEEK, "Noted", 2))) is None

    def test_not_a_number_is_refused_wherever_it_hides(self, store):
        hidden = Listed.model_construct(entries={"a": None, "b": float("nan")})
        with pytest.raises(StoreError, match="NaN"):
            store.commit([Append(WEEK, [replace(noted(WEEK, 1), event=hidden)], 0)])
        infinite = replace(noted(WEEK, 1), metadata={"score": [float("inf")]})
        with pytest.raises(StoreError, match="NaN"):
            store.commit([Append(WEEK, [infinite], 0)])
        assert list(store.read_all()) == []

    def test_text_that_is_not_unicode_is_refused(self, store):
        surrogate = replace(noted(WEEK, 1), metadata={"text": "\ud800"})
        with pytest.raises(StoreError, match="JSON"):
            store.commit([Append(WEEK, [surrogate], 0)])
