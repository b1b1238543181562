"""Findings as readable plain text, for the person who reads the pack."""

from __future__ import annotations

from core.schemas.research import ResearchFindings


def report_text(findings: ResearchFindings, window: str) -> str:
    """A short report; it says of itself that it is computed."""
    regime = findings.macro_regime
    lines = [
        f"Computed from daily prices over {window}; no news was read.",
        f"Risk: {regime.risk_mode}. Rates {regime.rates_impulse}, dollar {regime.usd_impulse}, "
        f"inflation {regime.inflation_impulse}, growth {regime.growth_impulse}.",
    ]
    lines += [
        f"{story.name}: {story.why_it_moves_prices_this_week[0]}"
        for story in findings.top_narratives
    ]
    lines += [
        f"{idea.instrument} {idea.directional_bias}: {idea.one_week_thesis[0]}"
        for idea in findings.tradable_candidates
    ]
    lines += [f"{event.date_et}: {event.event}." for event in findings.event_calendar_next_7d]
    return "\n".join(lines)
