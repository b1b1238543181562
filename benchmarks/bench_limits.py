"""32 concurrent calls to 4 providers on loopback: the most at once each of them saw, against its limit.

python -m benchmarks.bench_limits
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack

from core.schemas.model_call import Message, ModelRequest
from providers.llm.limited import LimitedModel
from providers.llm.openai_compatible import OpenAICompatible
from tests.servers.council_server import CouncilServer, council_server

LIMITS = (1, 2, 4, 8)
CALLS_EACH = 8
SECONDS = 0.25


async def asked(servers: list[CouncilServer]) -> float:
    """Seconds until every provider has answered all of its calls."""
    models = [
        LimitedModel(OpenAICompatible(server.url, None), limit, 10_000)
        for server, limit in zip(servers, LIMITS, strict=True)
    ]
    request = ModelRequest(call="c", model="m", messages=(Message(role="user", content="pitch"),))
    started = time.perf_counter()
    await asyncio.gather(*(model.complete(request) for model in models for _ in range(CALLS_EACH)))
    return time.perf_counter() - started


def main() -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(council_server(delay_s=SECONDS)) for _ in LIMITS]
        took = asyncio.run(asked(servers))
        path = CALLS_EACH / min(LIMITS) * SECONDS
        for server, limit in zip(servers, LIMITS, strict=True):
            share = server.most_at_once / limit
            print(f"limit {limit}   most at once {server.most_at_once}   ratio {share:.2f}")
        print(f"slowest provider's path {path:.2f} s   took {took:.2f} s   ratio {took / path:.2f}")
        kept = all(s.most_at_once <= limit for s, limit in zip(servers, LIMITS, strict=True))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
