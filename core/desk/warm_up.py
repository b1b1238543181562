"""What a process does once: compiled templates and patterns, the calendar; done while others wait."""

from __future__ import annotations

import asyncio

from core.clock import in_new_york
from core.desk.desk import Desk
from core.rules.blinding import scrub
from core.schemas.briefs import CheckpointAnswer
from core.schemas.decision import ChairmanAnswer
from core.schemas.pitch import PitchAnswer
from core.schemas.review import ReviewSheet
from core.stages.asking import schema_text

AFTER_S = 0.2
"""By then the first requests are out; a week that asks nobody outside is done before."""
ANSWERS = (PitchAnswer, ReviewSheet, ChairmanAnswer, CheckpointAnswer)


def warm_up(desk: Desk) -> None:
    """Fill every cache a week needs; it changes no result, and a second time costs nothing.

    A week spends its first minutes waiting for research: this belongs there, not on its critical path.
    """
    scrub("nobody", desk.policy.identity_terms())
    for name in desk.prompts.templates:
        desk.prompts.compiled(name)
    for answer in ANSWERS:
        schema_text(answer)
    desk.calendar.session_on_or_after(in_new_york(desk.clock.now()).date())


async def warm_up_later(desk: Desk) -> None:
    """Warm up in a thread while the week waits for its first answers."""
    await asyncio.sleep(AFTER_S)
    await asyncio.to_thread(warm_up, desk)
