"""The alerts of discovery: its filters refuse what its model picks; its model could not be asked."""

from __future__ import annotations

from core.clock import from_iso, in_new_york
from core.errors import PreflightFailed
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_drafts import SHORT, Payload
from core.rules.alert_text import plain
from core.schemas.alert import AlertKind, Severity

MOST_PAIRS = 6


def pickers_diverged(row: StoredEvent, context: AlertContext) -> Draft | None:
    """One alert a round: each symbol with why the filters refuse it and why the model picks it."""
    if not context.rules.divergence:
        return None
    said: Payload = row.payload
    pairs = said["pairs"]
    symbols = ", ".join(plain(pair["symbol"], 12) for pair in pairs)
    lines = [
        f"{plain(pair['symbol'], 12)}: filters say {_first(pair['metric'])}; "
        f"the model says {_first(pair['llm'])}"
        for pair in pairs[:MOST_PAIRS]
    ]
    if len(pairs) > MOST_PAIRS:
        lines.append(f"and {len(pairs) - MOST_PAIRS} more on the page")
    return Draft(
        AlertKind.PICKERS_DIVERGED,
        Severity.WARNING,
        f"{plain(said['strategy'], 40)}: {symbols}"[:SHORT],
        f"Filters and model disagree on {symbols}"[:SHORT],
        tuple(lines),
        f"/discovery?strategy={said['strategy']}",
    )


def model_absent(row: StoredEvent, context: AlertContext) -> Draft | None:
    """Once a day, and only for what a person can mend: a model that was merely silent speaks again."""
    said: Payload = row.payload
    why = str(said["absent"].get("llm", ""))
    if not context.rules.jobs or not why.startswith(PreflightFailed.__name__):
        return None
    strategy = plain(said["strategy"], 40)
    day = f"{in_new_york(from_iso(str(said['as_of']))):%Y-%m-%d}"
    return Draft(
        AlertKind.MODEL_ABSENT,
        Severity.WARNING,
        f"{strategy} {day}",
        f"{strategy} discovers without its model"[:SHORT],
        (plain(why.partition(": ")[2], SHORT * 2), "The other pickers share its weight meanwhile."),
        f"/discovery?strategy={said['strategy']}",
        once=f"{said['strategy']} {day}",
    )


def _first(pick: Payload) -> str:
    """The first unknown or reason that speaks against a refused symbol, or for a picked one."""
    told = [*pick["reasons"], *pick["unknown"]]
    refused = [words for words in told if "no, " in words or "not picked" in words]
    chosen = refused if refused and not pick["picked"] else told
    return plain(chosen[0], SHORT) if chosen else "nothing"
