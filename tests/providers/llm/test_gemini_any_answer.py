"""Whatever Gemini or something like it sends: an answer with text, or a failure with a name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelError, StreamFailed
from providers.json_wire import decode
from providers.llm.gemini_content import StreamedContent, parse_content
from providers.sse import EventDecoder
from tests.providers.llm.cassettes import exchanges

WORDS = "STOP MAX_TOKENS SAFETY MALFORMED_RESPONSE OTHER PROHIBITED_CONTENT error text".split()
FIELDS = (
    "candidates content parts text thought finishReason finishMessage promptFeedback blockReason"
    " usageMetadata promptTokenCount candidatesTokenCount thoughtsTokenCount modelVersion error"
).split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
OBJECT = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)


def read(body: dict) -> str:
    """The text, or the name of the failure."""
    try:
        answer = parse_content(body, "asked", 1.0)
    except ModelError as error:
        return f"{type(error).__name__}: {error}"
    assert answer.text.strip()
    return answer.text


@settings(max_examples=150, deadline=None)
@given(OBJECT)
def test_any_object_is_an_answer_or_a_named_failure(body):
    assert read(body)


@settings(max_examples=150, deadline=None)
@given(st.lists(OBJECT, max_size=6))
def test_any_stream_of_objects_is_an_answer_or_a_named_failure(stream):
    heard = StreamedContent("asked")
    try:
        for event in stream:
            heard.hear("message", event)
        body = heard.body()
    except StreamFailed:
        body = {"error": "broken off"}
    assert read(json.loads(json.dumps(body)))


STREAMS = [one for one in exchanges("google_gemini", "stream") if "event-stream" in one.kind]


@pytest.mark.parametrize("exchange", STREAMS, ids=lambda exchange: exchange.name)
def test_a_stream_cut_off_anywhere_is_whole_or_a_failure(exchange):
    def heard(raw: bytes) -> str:
        decoder, streamed = EventDecoder(), StreamedContent("asked")
        for event in decoder.feed(raw):
            streamed.hear(event.name, decode(event.data))
        try:
            return read(streamed.body())
        except StreamFailed:
            return ""

    whole = heard(exchange.raw)
    cut = {
        heard(exchange.raw[:length])
        for length in range(0, len(exchange.raw), 1 + len(exchange.raw) // 400)
    }
    assert len(whole) > 10
    assert cut <= {"", whole}
