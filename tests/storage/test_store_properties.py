"""Random commits against a plain model: same answers, same log, whole chains."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConcurrencyError
from core.events.envelope import Append
from core.types import StreamId
from storage.event_store import open_store
from storage.replay import verified_replay
from storage.verification import verify
from tests.contract.sample_events import noted
from tests.storage.conftest import REGISTRY

STREAMS = [StreamId(name) for name in ("week/a", "week/b", "account/acct_1")]
append = st.tuples(st.sampled_from(STREAMS), st.integers(0, 3), st.sampled_from([0, 0, 0, 1, -1]))
commits = st.lists(st.lists(append, min_size=1, max_size=3), max_size=12)


class Model:
    """The log as a dict of lists; versions are list lengths."""

    def __init__(self):
        self.streams = {stream: [] for stream in STREAMS}
        self.order = []

    def commit(self, appends):
        """False, and nothing changed, when any expected version is stale."""
        lengths = {stream: len(events) for stream, events in self.streams.items()}
        for one in appends:
            if one.expected_version != lengths[one.stream_id]:
                return False
            lengths[one.stream_id] += len(one.events)
        for one in appends:
            self.streams[one.stream_id] += one.events
            self.order += one.events
        return True


def planned(model, plan):
    """Appends of new events: right expected versions, but for the shift the example asks for."""
    lengths = {stream: len(events) for stream, events in model.streams.items()}
    appends = []
    for stream, count, shift in plan:
        first = lengths[stream]
        events = [noted(stream, first + number + 1) for number in range(count)]
        appends.append(Append(stream, events, max(first + shift, 0)))
        lengths[stream] += count
    return appends


@settings(max_examples=40)
@given(commits)
def test_the_store_does_what_the_model_does(plans):
    model, store = Model(), open_store("sqlite://", registry=REGISTRY)
    for plan in plans:
        appends = planned(model, plan)
        try:
            stored = store.commit(appends)
        except ConcurrencyError:
            assert not model.commit(appends)
        else:
            assert model.commit(appends)
            assert store.commit(appends) == stored
    ids = [str(new.event_id) for new in model.order]
    assert [event.event_id for event in store.read_all()] == ids
    assert [event.position for event in store.read_all()] == list(range(1, len(ids) + 1))
    for stream, news in model.streams.items():
        assert [store.decode(event) for event in store.read(stream)] == [new.event for new in news]
        assert store.head(stream).version == len(news)
    assert verify(store).ok
    assert [event.event for event in verified_replay(store)] == [new.event for new in model.order]
    store.close()


@settings(max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_heads_depend_on_what_happened_and_not_on_how_it_was_batched(sizes):
    total = sum(sizes)
    batched, single = (open_store("sqlite://", registry=REGISTRY) for _ in range(2))
    done = 0
    for size in sizes:
        events = [noted("week/a", done + number + 1) for number in range(size)]
        batched.commit([Append(STREAMS[0], events, done)])
        done += size
    for number in range(total):
        single.commit([Append(STREAMS[0], [noted("week/a", number + 1)], number)])
    assert batched.heads() == single.heads()
    batched.close()
    single.close()
