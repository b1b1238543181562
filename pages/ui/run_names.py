"""How a run is called: the official one, or the number and the change of a what-if."""

from __future__ import annotations

from collections.abc import Sequence

from pages.ui.format import words
from pages.ui.safe import clipped
from storage.queries.runs import RunLine

LONG, SHORT = 90, 34


def run_name(run: RunLine) -> str:
    """Outside text in part: to be made safe where it is drawn as Markdown."""
    if run.official:
        return "Official run"
    return f"What-if {run.number} from {words(run.from_stage or 'the start')}"


def run_line(run: RunLine) -> str:
    """With what it changed, for a list to choose from."""
    if run.official:
        return f"{run_name(run)} · {run.status}"
    changed = ", ".join(f"{key}={clipped(value, SHORT)}" for key, value in run.overrides.items())
    return clipped(f"{run_name(run)} · {changed or 'nothing changed'} · {run.status}", LONG)


def counted(what_ifs: int) -> str:
    if not what_ifs:
        return "The official run alone"
    return "The official run and " + ("1 what-if" if what_ifs == 1 else f"{what_ifs} what-ifs")


def by_id(runs: Sequence[RunLine]) -> dict[str, RunLine]:
    return {str(run.run_id): run for run in runs}
