"""`simulate` and `demo`: many weeks of past prices, each in a store of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from config.settings import load_settings
from config.terminal import options
from config.terminal.app import FAILURE
from config.terminal.options import Json, ProfileName, Seed, Store
from config.verbs.faces import Faces
from config.verbs.lived import DEMO_WEEKS, FEWEST_WEEKS, fill_demo, live
from core.clock import SystemClock, in_new_york
from core.errors import BadInput
from core.types import StoreKind

verbs = typer.Typer()


@verbs.command("simulate")
def simulate(
    context: typer.Context,
    start: Annotated[str, typer.Option("--start", help="First day, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--end", help="Last day, YYYY-MM-DD.")],
    seed: Seed = 7,
    store: Store = None,
    profile: ProfileName = "rules",
    json: Json = False,
) -> None:
    """Live many weeks of past prices in a store of their own; run again, it resumes."""
    first, last = options.day(start, "--start"), options.day(end, "--end")
    if last < first:
        raise BadInput(f"--end {last} lies before --start {first}: swap them")
    if last > in_new_york(SystemClock().now()).date():
        raise BadInput(f"--end {last} is in the future: prices end today")
    settings = load_settings(
        store=store or f"runs/simulation-{first}-{last}-{seed}.db", profile=options.profile(profile)
    )
    wiring = Faces.of(context).wiring
    if live(wiring, settings, StoreKind.SIMULATION, (first, last), seed=seed, as_json=json):
        raise typer.Exit(FAILURE)


@verbs.command("demo")
def demo(
    context: typer.Context,
    weeks: Annotated[int, typer.Option("--weeks", min=FEWEST_WEEKS, max=260)] = DEMO_WEEKS,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only fill an empty one.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Fill the demonstration desk: the newest weeks, by rules, in a store of its own."""
    settings = load_settings(store=store, profile="rules")
    settings = load_settings(store=store or settings.paths.demo_store, profile="rules")
    fill_demo(Faces.of(context).wiring, settings, weeks, if_empty=if_empty, as_json=json)
