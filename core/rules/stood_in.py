"""Which pack of research somebody else wrote than the one who was to, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from core.schemas.research import ResearchOutcome


def stood_in(packs: Mapping[str, ResearchOutcome | None]) -> list[str]:
    """A line a pack (letter → outcome) that is missing or came from a deputy; None is not there yet."""
    return [line for letter, outcome in packs.items() if outcome for line in _said(letter, outcome)]


def _said(letter: str, outcome: ResearchOutcome) -> list[str]:
    pack = outcome.pack
    if pack is None:
        return [f"research {letter}: missing, {outcome.missing_because or 'no reason given'}"]
    if not pack.stepped_down:
        return []
    first = pack.stepped_down[0]
    others = "".join(f", then {one.researcher} failed" for one in pack.stepped_down[1:])
    why = f"{first.because}{others}"
    deputy = f"{pack.research_source} stands in for {first.researcher}"
    return [f"research {letter}: {deputy} ({why})"]
