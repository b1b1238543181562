"""What a model is told at a checkpoint beside the numbers: its own words of Wednesday, no name in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core import keys
from core.desk.desk import Desk
from core.desk.summary import official_context
from core.rules.blinding import scrub
from core.schemas.decision import ChairmanDecision
from core.schemas.pitch import Pitch
from core.schemas.seat_checkpoint import SeatCheckpoint
from core.types import AccountId, WeekId

Words = tuple[str, ...]


def with_words(
    desk: Desk, week_id: WeekId, seats: Iterable[SeatCheckpoint]
) -> tuple[SeatCheckpoint, ...]:
    """The seats as their models see them: the thesis is theirs, and every text scrubbed of names."""
    own, terms = theses(desk, week_id), desk.policy.identity_terms()
    return tuple(_told(seat, own.get(seat.account_id, ()), terms) for seat in seats)


def _told(seat: SeatCheckpoint, thesis: Words, terms: Sequence[str]) -> SeatCheckpoint:
    if seat.brief is None:
        return seat
    words = {"thesis": thesis, "invalidation": scrub(seat.brief.invalidation, terms).text}
    return seat.model_copy(update={"brief": seat.brief.model_copy(update=words)})


def theses(desk: Desk, week_id: WeekId) -> Mapping[AccountId, Words]:
    """A PM's thesis and risks, the council's rationale and watch conditions; nobody's name in them.

    Pitches and the decision alone are read, never a research pack.
    """
    context = official_context(desk.store, week_id)
    pitches = context.get(keys.PM_PITCHES) or ()
    decided = context.get(keys.CHAIRMAN_DECISION)
    terms = desk.policy.identity_terms()
    found = {pitch.account_id: _scrubbed(_of_pitch(pitch), terms) for pitch in pitches}
    council = [spec.account_id for spec in desk.policy.accounts if spec.role == "council"]
    if decided is not None:
        found |= dict.fromkeys(council, _scrubbed(_of_decision(decided), terms))
    return found


def _of_pitch(pitch: Pitch) -> Iterable[str]:
    yield from pitch.thesis_bullets
    yield f"Risks: {pitch.risk_notes}"


def _of_decision(decision: ChairmanDecision) -> Iterable[str]:
    yield decision.rationale
    for condition in decision.monitoring_plan.watch_conditions:
        yield f"Watch: {condition}"


def _scrubbed(texts: Iterable[str], terms: Sequence[str]) -> Words:
    return tuple(scrub(text, terms).text for text in texts)
