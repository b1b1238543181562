"""A port in use is one clear line."""

from __future__ import annotations

import socket

import pytest

from config.listening import refuse_port_in_use
from core.errors import BadInput
from tests.servers.serving import free_port


def test_a_port_in_use_is_named_with_the_variable_that_moves_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"port {port} is in use: .* set PORT_BACKEND"):
            refuse_port_in_use(port, "PORT_BACKEND")


def test_a_free_port_is_left_free():
    port = free_port()
    refuse_port_in_use(port, "PORT_BACKEND")
    refuse_port_in_use(port, "PORT_BACKEND")
    assert port
