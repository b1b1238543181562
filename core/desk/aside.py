"""What asks a broker over the wire waits beside the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from core.desk.desk import Desk

P = ParamSpec("P")
T = TypeVar("T")


async def aside(desk: Desk, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In a thread where there is a broker to wait for: other jobs go on meanwhile."""
    if desk.statements is None:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)
