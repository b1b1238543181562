"""The ports of this machine: which are meant, and one clear line for one that is in use."""

from __future__ import annotations

import errno
import socket

from config.environment import Environment
from core.errors import BadInput
from core.schemas.base import Schema

LOCALHOST = "127.0.0.1"


class Ports(Schema):
    """TCP ports on this machine: pages and API, the scheduler's health, the tests' web app."""

    web: int
    scheduler: int
    test: int


def ports_of(environment: Environment) -> Ports:
    return Ports(
        web=environment.port_backend,
        scheduler=environment.port_scheduler,
        test=environment.port_test,
    )


def refuse_port_in_use(port: int, variable: str, host: str = LOCALHOST) -> None:
    """BadInput when nothing could listen on ``host:port``; ``variable`` is what would move it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "in use" if error.errno == errno.EADDRINUSE else f"refused ({error.strerror})"
            raise BadInput(
                f"port {port} is {why}: stop what uses it, or set {variable} to another"
            ) from error
