"""`memory search|reindex|status`: what is remembered, and what is like a text."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import memory as remembered
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.schemas.setups import Collection

verbs = typer.Typer(
    name="memory", no_args_is_help=True, help="Similar things that happened before."
)


@verbs.command("search")
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A setup, a market or a week, in words.")],
    collection: Annotated[
        Collection, typer.Option("--in", help="Which collection to look through.")
    ] = Collection.SETUPS,
    count: Annotated[int, typer.Option("--count", min=1, max=100)] = 4,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="YYYY-MM-DD: only what was known by that day's end."),
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """The most similar things whose outcome was known, nearest first, with distances."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    instant = remembered.instant_of(as_of)
    found = faces.wiring.memory_of(settings, opened).similar(collection, text, instant, count)
    remembered.show_found(found, as_json=json)


@verbs.command("reindex")
def reindex(context: typer.Context, store: Store = None) -> None:
    """Forget every vector and make them again from the log, with the embedder that is set now."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    memory = faces.wiring.memory_of(settings, opened)
    remembered.show_gained(memory.reindex(), memory.embedder)


@verbs.command("status")
def status(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """How much is remembered in each collection, by which model."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    remembered.status(opened, faces.wiring.memory_of(settings, opened).embedder, as_json=json)
