"""`ask`: a question over the log, answered with the events the answer rests on."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from config.terminal import asked, show
from config.terminal.options import Json, ProfileName, Store
from config.verbs.faces import Faces
from core.call_board import CallBoard
from core.desk.asking_log import ask_log
from core.desk.opening import desk_kind

verbs = typer.Typer()


@verbs.command("ask")
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help='E.g. "why did we sell GLD in March?"')],
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Ask the desk's own log; the answer names the events it rests on. Reads only."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store, profile)
    board = CallBoard()
    desk = faces.wiring.build_desk(settings, opened, kind=desk_kind(opened), heard=board)
    with show.stages(1, quiet=True, board=board) as progress:
        identity, said = asyncio.run(ask_log(desk, question, progress))
    asked.answer(identity, said, as_json=json)
