"""The loopback exchange and a client on it, for the tests of the REST transport."""

from __future__ import annotations

import pytest

from tests.providers.alpaca.rest_client import client_on
from tests.servers.alpaca_server import alpaca_server


@pytest.fixture
def server():
    with alpaca_server() as served:
        yield served


@pytest.fixture
def api(server):
    return client_on(server)
