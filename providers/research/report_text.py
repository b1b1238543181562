"""Findings as readable plain text, for the person who reads the pack."""

from __future__ import annotations

from core.schemas.research import ResearchFindings


def report_text(findings: ResearchFindings, window: str) -> str:
    """A short report; it says of itself that it is computed."""
    regime = findings.macro_regime
    lines = [
        f"Computed from daily prices over {window}; no news was read.",
        (
            f"Risk: {regime.risk_mode}. Rates {regime.rates_impulse}, dollar {regime.usd_impulse}, "
            f"inflation {regime.inflation_impulse}, growth {regime.growth_impulse}."
        ),
        findings.consensus_map.street_consensus,
        f"Positioning looks {findings.consensus_map.positioning_guess}.",
    ]
    lines += [
        f"{story.name}: {story.why_it_moves_prices_this_week[0]}"
        for story in findings.top_narratives
    ]
    lines += [
        f"{idea.instrument} {idea.directional_bias}: {' '.join(idea.one_week_thesis)} "
        f"Ends with: {idea.invalidation_rule}"
        for idea in findings.tradable_candidates
    ]
    lines += [f"{event.date_et}: {event.event}." for event in findings.event_calendar_next_7d]
    notes = findings.confidence_notes
    lines += [f"Not known: {note}" for note in notes.known_unknowns]
    lines += [f"Data: {flag}." for flag in notes.data_quality_flags]
    return "\n".join(lines)
