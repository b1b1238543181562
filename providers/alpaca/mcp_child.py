"""The child process of an MCP server: one thread, one event loop, one session of the SDK."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client
from mcp_types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    PaginatedRequestParams,
)
from pydantic import ValidationError

from providers.alpaca.answers import NoAnswer
from providers.alpaca.mcp_tools import missing_tools

BROKE_OFF = "ended or broke off (its MCP server)"
FAILURES = (OSError, ValueError, RuntimeError, MCPError, ExceptionGroup, anyio.ClosedResourceError)


@dataclass(frozen=True, slots=True)
class McpPolicy:
    """Seconds: to start the server, for one call, for a sign of life before it, and to end it."""

    start_s: float = 30.0
    call_s: float = 40.0
    ping_s: float = 5.0
    end_s: float = 8.0


class Child:
    """A started server; `fault` says in a few words why it cannot be used, empty while it can."""

    def __init__(self, server: StdioServerParameters, policy: McpPolicy) -> None:
        self._server = server
        self._policy = policy
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._session: ClientSession | None = None
        self.fault = ""
        _keep_out_of_logs()
        self._thread = threading.Thread(target=self._run, name="alpaca mcp", daemon=True)
        self._thread.start()
        if not self._ready.wait(policy.start_s + policy.end_s):
            self.fault = f"did not start within {policy.start_s:.3g} s"

    def alive(self) -> bool:
        """True once the server has answered a ping just now."""
        if self.fault or self._session is None:
            return False
        try:
            self._within(self._session.send_ping(), self._policy.ping_s)
        except (*FAILURES, futures.CancelledError):
            return False
        return True

    def ask(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult | NoAnswer:
        """The tool's result; NoAnswer for all that ends a call without one."""
        if self._session is None:
            return NoAnswer(self.fault or BROKE_OFF, sent=False)
        params = CallToolRequestParams(name=tool, arguments=dict(arguments))
        asked = self._session.send_request(
            CallToolRequest(params=params), CallToolResult, self._policy.call_s
        )
        try:
            result: CallToolResult = self._within(asked, self._policy.call_s)
        except ValidationError:
            return NoAnswer("answered with something that is no result of a tool")
        except TimeoutError:
            return NoAnswer(f"did not answer within {self._policy.call_s:.3g} s")
        except (*FAILURES, futures.CancelledError) as error:
            return NoAnswer(_reason(error))
        return result

    def end(self) -> None:
        """Ends the process and the thread; safe to repeat."""
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # the loop is at its end already
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(self._policy.end_s)

    def _within(self, call: Any, seconds: float) -> Any:
        if self._loop is None or self._loop.is_closed():
            call.close()
            raise RuntimeError(BROKE_OFF)
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(call, seconds), self._loop)
        return future.result(seconds + self._policy.ping_s)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except FAILURES as error:
            self.fault = self.fault or f"could not be started ({_kind(error)})"
        finally:
            self._session = None
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with open(os.devnull, "w") as unread:  # noqa: ASYNC230, PTH123 - its complaints may hold the key
            async with (
                stdio_client(self._server, errlog=unread) as (read, write),
                ClientSession(read, write) as session,
            ):
                with anyio.fail_after(self._policy.start_s):
                    await session.initialize()
                    missing = missing_tools(await _offered(session))
                if missing:
                    self.fault = f"does not offer {', '.join(missing)} (2.4.0 does)"
                    return
                self._session = session
                self._ready.set()
                await self._stop.wait()
                self._session = None


async def _offered(session: ClientSession) -> list[str]:
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
        names += [tool.name for tool in page.tools]
        cursor = page.next_cursor
        if not cursor:
            return names


def _reason(error: BaseException) -> str:
    if isinstance(error, MCPError) and error.code not in {CONNECTION_CLOSED, REQUEST_TIMEOUT}:
        return f"answered with the error {error.code} of its protocol"
    return BROKE_OFF


def _kind(error: BaseException) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def _keep_out_of_logs() -> None:
    """The SDK logs every line it cannot read, whatever it holds."""
    logger = logging.getLogger("mcp.client.stdio")
    if _without_the_line not in logger.filters:
        logger.addFilter(_without_the_line)


def _without_the_line(record: logging.LogRecord) -> bool:
    record.exc_info = None
    record.exc_text = None
    return True
