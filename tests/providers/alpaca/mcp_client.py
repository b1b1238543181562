"""An MCP session on the local server, which forwards to the loopback exchange."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from providers.alpaca.mcp import AlpacaMcp
from providers.alpaca.mcp_child import McpPolicy
from providers.alpaca.mcp_session import McpSession, ServerCommand
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from tests.servers.alpaca_server import AlpacaServer

SERVER = Path(__file__).parents[2] / "servers" / "alpaca_mcp_server.py"
POLICY = McpPolicy(start_s=20, call_s=15, ping_s=5, end_s=8)


@contextmanager
def session_on(
    server: AlpacaServer, fault: str = "", once: Path | None = None, policy: McpPolicy = POLICY
) -> Iterator[McpSession]:
    env = {"FAKE_ALPACA_URL": server.url, "FAKE_MCP_FAULT": fault}
    if once is not None:
        env["FAKE_MCP_ONCE"] = str(once)
    key = PaperKey(server.account.key_id, server.account.secret)
    session = McpSession(key, ServerCommand(sys.executable, (str(SERVER),), env), policy)
    try:
        yield session
    finally:
        session.close()


def api_of(session: McpSession) -> AlpacaMcp:
    return AlpacaMcp(session, TokenBucket(1e6, 10_000))
