"""The composition root: settings in, a desk with all its ports out; nothing else knows every adapter.

A module each for what is composed; `scheduler.py` and `cli.py` take it from here.
"""

from __future__ import annotations

from config.wiring.desks import build_desk, scratch_desk
from config.wiring.discovery import discovery_of_strategy
from config.wiring.locks import leader_lock
from config.wiring.memory import memory_of
from config.wiring.prices import calendar, market_data, simulated_market
from config.wiring.scratch_cycles import scratch_cycle
from config.wiring.stores import open_configured, open_store, registry

__all__ = [
    "build_desk",
    "calendar",
    "discovery_of_strategy",
    "leader_lock",
    "market_data",
    "memory_of",
    "open_configured",
    "open_store",
    "registry",
    "scratch_cycle",
    "scratch_desk",
    "simulated_market",
]
