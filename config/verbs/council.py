"""`council`: the bare three-stage council on any question."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from config.terminal import reports, show
from config.terminal.options import Json, ProfileName, Store
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.desk.conversation import ask_council

verbs = typer.Typer()


@verbs.command("council")
def council(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="Any question.")],
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Ask the bare council: answers, anonymous rankings, a synthesis."""
    opened = Opened(Faces.of(context), store, profile)
    with show.stages(3, quiet=json, board=opened.board) as progress:
        said = asyncio.run(ask_council(opened.desk, question, progress))
    reports.council(said, as_json=json)
