"""One Alpaca MCP server as a child over stdio: tools called from any thread, its end always seen to."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mcp import StdioServerParameters

from core.errors import BadInput
from providers.alpaca.answers import Answer, NoAnswer
from providers.alpaca.mcp_child import BROKE_OFF, Child, McpPolicy
from providers.alpaca.mcp_tools import ALLOWED, TOOLSETS, answer_of
from providers.alpaca.session import PAPER_URL, PaperKey, refuse_live


@dataclass(frozen=True, slots=True)
class ServerCommand:
    """How the server is started; ``env`` is what it gets beside PATH, HOME and the key pair."""

    command: str = "alpaca-mcp-server"
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)


class McpSession:
    """The tools of one paper account's server; the key pair lives in the child's environment alone.

    The server starts with the first call. A child that broke off or did not answer in time is ended,
    so that nothing it holds can be done late, and the next call starts another.
    """

    def __init__(
        self, key: PaperKey, server: ServerCommand | None = None, policy: McpPolicy | None = None
    ) -> None:
        refuse_live(key, PAPER_URL)
        self._key = key
        self._server = server or ServerCommand()
        self._policy = policy or McpPolicy()
        self._guard = threading.Lock()
        self._child: Child | None = None
        self._closed = False

    def call(self, tool: str, arguments: Mapping[str, Any], *, again: bool) -> Answer | NoAnswer:
        """What the tool answered; ``again`` asks a second time after a crash (never for an order).

        BadInput for a tool that is not on the list, before anything is sent.
        """
        if tool not in ALLOWED:
            raise BadInput(f"the MCP tool {tool} is not on the desk's list: it is not called")
        answer = self._asked(tool, arguments)
        if again and isinstance(answer, NoAnswer) and answer.reason == BROKE_OFF:
            answer = self._asked(tool, arguments)
        return answer

    def close(self) -> None:
        """Ends the child; calls after it find the session closed."""
        with self._guard:
            self._closed = True
            self._end()
        atexit.unregister(self.close)

    def _asked(self, tool: str, arguments: Mapping[str, Any]) -> Answer | NoAnswer:
        child = self._living()
        if child is None:
            return NoAnswer("was asked over a session that is closed", sent=False)
        if child.fault:
            return NoAnswer(child.fault, sent=False)
        result = child.ask(tool, arguments)
        answer = result if isinstance(result, NoAnswer) else answer_of(result)
        if isinstance(result, NoAnswer):
            self._drop(child)
            return answer
        return self._cleaned(answer)

    def _living(self) -> Child | None:
        """A child that has just shown a sign of life, or a new one; None once the session is closed."""
        with self._guard:
            if self._closed:
                return None
            if self._child is None or not self._child.alive():
                self._end()
                self._child = Child(self._parameters(), self._policy)
                atexit.unregister(self.close)
                atexit.register(self.close)
            return self._child

    def _drop(self, child: Child) -> None:
        with self._guard:
            if self._child is child:
                self._end()

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _parameters(self) -> StdioServerParameters:
        pair = {"ALPACA_API_KEY": self._key.key_id, "ALPACA_SECRET_KEY": self._key.secret}
        paper = {"ALPACA_PAPER_TRADE": "true", "ALPACA_TOOLSETS": TOOLSETS}
        return StdioServerParameters(
            command=self._server.command,
            args=list(self._server.args),
            env={**self._server.env, **paper, **pair},
            encoding_error_handler="replace",
        )

    def _cleaned(self, answer: Answer | NoAnswer) -> Answer | NoAnswer:
        """An error that repeats the key to us is cleaned of it."""
        if isinstance(answer, NoAnswer):
            return answer
        clean = answer.text
        for secret in (self._key.secret, self._key.key_id):
            clean = clean.replace(secret, "…")
        return replace(answer, text=clean)
