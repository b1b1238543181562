"""A canary key through every failure of the MCP transport: no message, cause or log shows it."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

import pytest

from core.errors import CouncilError
from tests.providers.alpaca.mcp_client import POLICY, api_of, session_on
from tests.providers.alpaca.rest_client import order
from tests.servers.alpaca_server import alpaca_server

BRIEF = replace(POLICY, call_s=0.5)


@pytest.mark.parametrize(
    "fault", ["echo", "bare", "noise place_stock_order", "hang place_stock_order"]
)
def test_no_failure_shows_the_key(fault, caplog):
    caplog.set_level(logging.DEBUG)
    with alpaca_server() as server, session_on(server, fault, policy=BRIEF) as session:
        with pytest.raises(CouncilError) as caught:
            api_of(session).submit_order(order())
        error = caught.value
        shown = [repr(session), repr(vars(error)), *traceback.format_exception(error), caplog.text]
        for text in shown:
            assert server.account.key_id not in text
            assert server.account.secret not in text
