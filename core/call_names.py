"""Who is asked for what, read from a call's name within its run."""

from __future__ import annotations

SEATED = ("pitch", "peer_review", "checkpoint")
RESEARCH, CYCLE, DISCOVERY = "research", "cycle", "discovery"
BESIDE = (CYCLE, DISCOVERY)
"""First parts of the calls of strategies beside the council."""


def agent_and_task(call: str) -> tuple[str, str]:
    """``pitch/acct_1`` is acct_1 at pitch, ``chairman/fallback/2`` the chairman at chairman.

    ``cycle/validator`` is the validator at cycle.
    """
    task, *rest = call.split("/")
    if task in (*SEATED, CYCLE) and rest:
        return rest[-1], task
    if task == RESEARCH and rest:
        return f"{RESEARCH}_{rest[0].lower()}", task
    return task, task
