"""A password that must be found nowhere, and its hash at the lowest cost argon2 knows."""

from __future__ import annotations

from argon2 import PasswordHasher

CANARY = "canary-Zx81-never-in-a-log"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap_hash(password: str = CANARY) -> str:
    return CHEAP.hash(password)
