"""Printing: JSON when asked for, else readable lines; progress bars on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from core.call_board import CallBoard
from core.pipeline import Progress as StageProgress
from core.pipeline import StageState

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def as_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(to_jsonable_python(value), indent=2, ensure_ascii=False) + "\n")


def line(text: str) -> None:
    """Plain text as it is: no markup is read in it."""
    console.print(text, markup=False)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their heads; cells are shown as plain text."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*(str(cell).replace("[", r"\[") for cell in row))
    console.print(drawn)


def pairs(values: Mapping[str, object]) -> None:
    width = max(map(len, values), default=0)
    for name, value in values.items():
        line(f"{name:<{width}}  {value}")


@contextmanager
def bar(what: str, total: int | None = None) -> Iterator[tuple[Progress, TaskID]]:
    """A progress bar with its task on a terminal, nothing anywhere else."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    shown = Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True)
    with shown:
        yield shown, shown.add_task(what, total=total)


@contextmanager
def _heard(board: CallBoard | None, shown: Progress, task: TaskID) -> Iterator[None]:
    if board is None or not errors.is_terminal:
        yield
        return
    board.listen(lambda word: shown.update(task, description=f"{word.call}: {word.told}"))
    try:
        yield
    finally:
        board.listen(None)


@contextmanager
def stages(
    count: int, *, quiet: bool = False, board: CallBoard | None = None
) -> Iterator[StageProgress]:
    """A stage progress callback: a bar on a terminal, one line a finished stage elsewhere.

    On a terminal the bar also says what the calls on ``board`` say of themselves.
    """
    with bar("week", count) as (shown, task), _heard(board, shown, task):

        def report(stage: str, state: StageState) -> None:
            if state is StageState.STARTED:
                shown.update(task, description=stage)
                return
            shown.advance(task)
            if not errors.is_terminal and not quiet and state is not StageState.RESUMED:
                errors.print(f"{stage}: {state}", markup=False)

        yield report
