"""Old payloads are upcast on read; what this program does not know is reported by name."""

from __future__ import annotations

import pytest

from core.errors import NewerSchema, StoreError, UnknownEvent
from core.events import ALL_EVENTS
from core.events.envelope import Append, Event
from core.types import StreamId
from storage.event_store import open_store
from storage.replay import verified_replay
from storage.serialization import EventRegistry
from storage.verification import verify
from tests.contract.sample_events import Listed, Noted, noted, notes

WEEK = StreamId("week/2026-11-18")


class Renamed(Event):
    """Noted as it might look two versions later."""

    event_schema_version = 3
    body: str
    amount: str
    language: str


Renamed.__name__ = "Noted"
UPCASTERS = {
    ("Noted", 1): lambda old: {"body": old["text"], "amount": old["amount"]},
    ("Noted", 2): lambda old: {**old, "language": "en"},
}
LATER = EventRegistry([Renamed], UPCASTERS)


@pytest.fixture
def written(open_at):
    store = open_at()
    store.commit([notes(WEEK, 0, 2)])
    return store


def test_an_old_payload_is_read_as_the_newest(written, open_at):
    store = open_at(registry=LATER)
    first = next(store.read(WEEK))
    assert first.schema_version == 3
    assert first.payload == {"body": "note 1", "amount": "1.50", "language": "en"}
    assert store.decode(first) == Renamed(body="note 1", amount="1.50", language="en")
    assert [event.event.body for event in verified_replay(store)] == ["note 1", "note 2"]


def test_a_stored_event_of_an_old_version_is_upcast_when_decoded(written):
    first = next(written.read(WEEK))
    assert LATER.decode(first) == Renamed(body="note 1", amount="1.50", language="en")


def test_upcasting_leaves_the_log_and_its_chain_alone(written, open_at):
    store = open_at(registry=LATER)
    assert [event.hash for event in store.read_all()] == [e.hash for e in written.read_all()]
    assert verify(store).ok


def test_old_and_new_versions_live_in_one_stream(written, open_at):
    store = open_at(registry=LATER)
    new = noted(WEEK, 3)
    later = Renamed(body="b", amount="2", language="de")
    store.commit([Append(WEEK, [type(new)(later, new.event_id, new.occurred_at)], 2)])
    assert [store.decode(event).language for event in store.read(WEEK)] == ["en", "en", "de"]


def test_an_unknown_type_is_reported_never_skipped(written, open_at):
    store = open_at(registry=EventRegistry([Listed]))
    for reading in (store.read(WEEK), store.read_all()):
        with pytest.raises(UnknownEvent, match="Noted in week/2026-11-18 version 1 is unknown"):
            list(reading)


def test_a_newer_schema_is_reported_with_both_versions(open_at):
    new = noted(WEEK, 1)
    later = Renamed(body="b", amount="2", language="de")
    open_at(registry=LATER).commit(
        [Append(WEEK, [type(new)(later, new.event_id, new.occurred_at)], 0)]
    )
    with pytest.raises(
        NewerSchema, match=r"Noted in .* has schema version 3, this program knows 1"
    ):
        list(open_at().read_all())


def test_a_missing_upcaster_is_found_at_start():
    with pytest.raises(StoreError, match="Noted is at version 3: no upcaster from 2"):
        EventRegistry([Renamed], {("Noted", 1): UPCASTERS["Noted", 1]})


def test_two_classes_of_one_name_are_refused():
    with pytest.raises(StoreError, match="two event classes are called Noted"):
        EventRegistry([Noted, Renamed], UPCASTERS)


def test_a_class_that_is_not_registered_cannot_be_appended():
    store = open_store("sqlite://", registry=EventRegistry([Listed]))
    with pytest.raises(UnknownEvent, match="Noted is not registered"):
        store.commit([notes(WEEK, 0, 1)])
    store.close()


def test_every_event_of_the_core_is_known():
    registry = EventRegistry(ALL_EVENTS)
    assert {cls.__name__ for cls in ALL_EVENTS} == set(registry.classes)
