"""A port in use is one clear line, before anything is started on it."""

from __future__ import annotations

import errno
import socket

from core.errors import BadInput

LOCALHOST = "127.0.0.1"


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
