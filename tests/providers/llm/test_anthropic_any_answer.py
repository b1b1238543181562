"""Whatever Anthropic or something like it sends: an answer with text, or a failure with a name."""

from __future__ import annotations

from typing import ClassVar

import pytest

from providers.llm.anthropic_messages import StreamedMessage, parse_message
from tests.providers.llm.any_answer import AnyAnswer, objects
from tests.providers.llm.cassettes import exchanges

STREAMS = [one for one in exchanges("anthropic", "/v1/messages?") if "event-stream" in one.kind]


class TestAnthropic(AnyAnswer):
    OBJECTS = objects(
        "type message content_block_start content_block_delta message_start message_delta"
        " message_stop error ping text thinking text_delta thinking_delta end_turn max_tokens refusal",
        "type message content delta content_block index usage error text thinking stop_reason model"
        " stop_details input_tokens output_tokens cache_read_input_tokens output_tokens_details",
    )
    BROKEN: ClassVar = {"type": "error"}

    def parse(self, body):
        return parse_message(body, "asked", 1.0)

    def streamed(self):
        return StreamedMessage("asked")

    @pytest.mark.parametrize("exchange", STREAMS, ids=lambda exchange: exchange.name)
    def test_a_stream_cut_off_anywhere_is_whole_or_a_failure(self, exchange):
        self.check_cut_off_anywhere(exchange)
