"""Whatever Gemini or something like it sends: an answer with text, or a failure with a name."""

from __future__ import annotations

from typing import ClassVar

import pytest

from providers.llm.gemini_content import StreamedContent, parse_content
from tests.providers.llm.any_answer import AnyAnswer, objects
from tests.providers.llm.cassettes import exchanges

STREAMS = [one for one in exchanges("google_gemini", "stream") if "event-stream" in one.kind]


class TestGemini(AnyAnswer):
    OBJECTS = objects(
        "STOP MAX_TOKENS SAFETY MALFORMED_RESPONSE OTHER PROHIBITED_CONTENT error text",
        "candidates content parts text thought finishReason finishMessage promptFeedback blockReason"
        " usageMetadata promptTokenCount candidatesTokenCount thoughtsTokenCount modelVersion error",
    )
    BROKEN: ClassVar = {"error": "broken off"}

    def parse(self, body):
        return parse_content(body, "asked", 1.0)

    def streamed(self):
        return StreamedContent("asked")

    @pytest.mark.parametrize("exchange", STREAMS, ids=lambda exchange: exchange.name)
    def test_a_stream_cut_off_anywhere_is_whole_or_a_failure(self, exchange):
        self.check_cut_off_anywhere(exchange)
