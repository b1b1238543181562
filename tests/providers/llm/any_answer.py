"""Whatever a maker or something like it sends: an answer with text, or a failure with a name."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelError, StreamFailed
from providers.json_wire import decode
from providers.sse import EventDecoder

CUTS = 400


def objects(words: str, fields: str) -> st.SearchStrategy[dict]:
    """JSON objects of a maker's own words and fields, nested anyhow."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    values = st.recursive(
        scalars | st.text(max_size=3) | st.sampled_from(words.split()),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(fields.split()), inner, max_size=5)
        ),
        max_leaves=12,
    )
    return st.dictionaries(st.sampled_from(fields.split()), values, max_size=6)


class AnyAnswer(ABC):
    """A maker's parser under test; ``OBJECTS`` are what it may be sent, ``BROKEN`` a failed stream's body."""

    OBJECTS: ClassVar[st.SearchStrategy[dict]]
    BROKEN: ClassVar[dict]

    @abstractmethod
    def parse(self, body: dict):
        """The answer; a ModelError for none."""

    @abstractmethod
    def streamed(self):
        """What puts a stream together."""

    def read(self, body: dict) -> str:
        """The text, or the name of the failure."""
        try:
            answer = self.parse(body)
        except ModelError as error:
            return f"{type(error).__name__}: {error}"
        assert answer.text.strip()
        return answer.text

    def test_any_object_is_an_answer_or_a_named_failure(self):
        @settings(max_examples=150, deadline=None)
        @given(self.OBJECTS)
        def holds(body):
            assert self.read(body)

        holds()

    def test_any_stream_of_objects_is_an_answer_or_a_named_failure(self):
        @settings(max_examples=150, deadline=None)
        @given(st.lists(self.OBJECTS, max_size=6))
        def holds(stream):
            heard = self.streamed()
            try:
                for event in stream:
                    heard.hear("message", event)
                body = heard.body()
            except StreamFailed:
                body = self.BROKEN
            assert self.read(json.loads(json.dumps(body)))

        holds()

    def check_cut_off_anywhere(self, exchange):
        """A recorded stream that ends early is whole or a failure, never half an answer."""

        def heard(raw: bytes) -> str:
            decoder, streamed = EventDecoder(), self.streamed()
            for event in decoder.feed(raw):
                streamed.hear(event.name, decode(event.data))
            try:
                return self.read(streamed.body())
            except StreamFailed:
                return ""

        whole, size = heard(exchange.raw), len(exchange.raw)
        cut = {heard(exchange.raw[:length]) for length in range(0, size, 1 + size // CUTS)}
        assert len(whole) > 10
        assert cut <= {"", whole}
