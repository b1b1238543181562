"""Wall time of a week whose models each take L seconds, against its critical path of 4 x L.

Every answer crosses a real socket: a server on loopback sleeps L seconds and echoes what the rules
model said, through the chat-completions adapter. Critical path: the slower of two researches, then a
pitch, a review sheet, and the chairman.

python -m benchmarks.bench_critical_path [L, default 1.0]
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import NEW_YORK, FixedClock
from core.desk.desk import Desk, RunPorts, RunProviders
from core.desk.weekly import run_week
from core.ports import LanguageModel, Researcher
from core.schemas.model_call import Message, ModelAnswer, ModelRequest
from core.schemas.research import ResearchAnswer, ResearchRequest
from core.schemas.run import RunSpec
from core.types import WeekId
from providers.http import HttpPolicy
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.rules import RulesModel

WEDNESDAY = datetime(2024, 3, 6, 8, 0, tzinfo=NEW_YORK)
STEPS = 4
ALLOWED = 1.05


@contextmanager
def sleeping_server(seconds: float) -> Iterator[str]:
    """Echo the last message after ``seconds``; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
            time.sleep(seconds)
            message = {"content": body["messages"][-1]["content"]}
            raw = orjson.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class OverTheWire:
    """A model that knows its answer by rules and still has to fetch it from the slow server."""

    rules: LanguageModel
    wire: LanguageModel

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        answer = await self.rules.complete(request)
        echo = (*request.messages, Message(role="user", content=answer.text))
        return await self.wire.complete(request.model_copy(update={"messages": echo}))


@dataclass(frozen=True)
class SlowResearcher:
    rules: Researcher
    wire: LanguageModel

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        ask = ModelRequest(
            call="research", model="local/slow", messages=(Message(role="user", content="."),)
        )
        await self.wire.complete(ask)
        return await self.rules.research(request)


@dataclass(frozen=True)
class SlowProviders:
    live: RunProviders
    wire: LanguageModel

    async def preflight(self) -> None:
        """Nobody is paid."""

    def for_run(self, run: RunSpec) -> RunPorts:
        ports = self.live.for_run(run)
        researchers = {
            pack: SlowResearcher(researcher, self.wire)
            for pack, researcher in ports.researchers.items()
        }
        return replace(ports, researchers=researchers)


def desk_over(url: str) -> Desk:
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    desk = build_desk(settings, open_store(settings), clock=FixedClock(WEDNESDAY))
    wire = OpenAICompatible(url, None, HttpPolicy())
    live = replace(desk.providers, model=OverTheWire(RulesModel(), wire))  # type: ignore[type-var]
    return replace(desk, providers=SlowProviders(live, wire))


def one_week(url: str) -> float:
    """Seconds a whole week takes on a fresh desk."""
    desk = desk_over(url)
    started = time.perf_counter()
    done = asyncio.run(run_week(desk, WeekId("2024-03-06")))
    seconds = time.perf_counter() - started
    assert done.completed
    return seconds


def main() -> None:
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    path = STEPS * latency
    with sleeping_server(latency) as url:
        first, second = one_week(url), one_week(url)
    print(f"critical path {path:.3f} s, allowed {ALLOWED} of it")
    print(f"a process's first week  {first:.3f} s   ratio {first / path:.3f}")
    print(f"any later week          {second:.3f} s   ratio {second / path:.3f}")
    sys.exit(0 if second <= ALLOWED * path else 1)


if __name__ == "__main__":
    main()
