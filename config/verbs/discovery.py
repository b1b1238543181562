"""`discovery …`: which symbols a strategy looks at, and what its suggestions brought."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeAlias

import typer

from config.terminal import pickers, watching
from config.terminal.options import Json, ProfileName, Store
from config.terminal.show import line as show_line
from config.verbs.comparing import compare
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.clock import SystemClock
from core.desk.discovering import run_discovery
from core.desk.opening import open_desk
from core.desk.strategy_jobs import measure_now
from core.desk.watching import Saying, exclude, include, release, watchlist
from core.strategy import EQUITY
from storage.queries import StoreReader
from storage.queries.forward_returns import league

Strategy: TypeAlias = Annotated[
    str, typer.Option("--strategy", help="Whose list; config/strategies.yaml names them.")
]
Reason: TypeAlias = Annotated[str, typer.Option("--reason", help="Why; it is kept with the event.")]
Named: TypeAlias = Annotated[str, typer.Argument(help="A symbol, e.g. NVDA or BRK.B.")]

verbs = typer.Typer(
    name="discovery", no_args_is_help=True, help="Which symbols a strategy looks at."
)


@verbs.command("run")
def run(
    context: typer.Context,
    strategy: Strategy = EQUITY,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Look through the whole market now, and change the watchlist."""
    faces = Faces.of(context)
    opened = Opened(faces, store, profile)
    desk, spec = opened.desk, opened.settings.strategy(strategy)
    discovery = faces.wiring.discovery_of_strategy(opened.settings, desk, spec)
    at = desk.clock.now()
    open_desk(desk, at)
    ran = asyncio.run(run_discovery(desk, discovery, at, "by hand"))
    watching.told(ran, watchlist(opened.store, spec.name), as_json=json)


@verbs.command("measure")
def measure(context: typer.Context, strategy: Strategy = EQUITY, store: Store = None) -> None:
    """What suggestions brought and what the market was like, at once: every evening's slots do it."""
    desk = Faces.of(context).desk(store)
    show_line(asyncio.run(measure_now(desk, desk.strategy(strategy))).detail)


@verbs.command("watchlist")
def show(
    context: typer.Context, strategy: Strategy = EQUITY, store: Store = None, json: Json = False
) -> None:
    """The list with who put each symbol there; nothing is written."""
    settings, opened = Faces.of(context).existing(store)
    spec = settings.strategy(strategy)
    watching.listed(watchlist(opened, spec.name), as_json=json)


@verbs.command("performance")
def performance(
    context: typer.Context, strategy: Strategy = EQUITY, store: Store = None, json: Json = False
) -> None:
    """What each picker's suggestions brought, with intervals, beside the targets; nothing is written."""
    settings, opened = Faces.of(context).existing(store)
    spec = settings.strategy(strategy)
    pickers.performance(league(StoreReader(opened.engine), spec.name), as_json=json)


verbs.command("compare")(compare)


@verbs.command("include")
def include_symbol(
    context: typer.Context,
    symbol: Named,
    reason: Reason = "",
    strategy: Strategy = EQUITY,
    store: Store = None,
) -> None:
    """On the list until another word of a person, whatever pickers say."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    spec, said = settings.strategy(strategy), _said(faces, symbol, reason)
    done = include(opened, spec.name, said, settings.discovery.max_watchlist)
    watching.word(said.symbol, "included" if done else "was included already")


@verbs.command("exclude")
def exclude_symbol(
    context: typer.Context,
    symbol: Named,
    reason: Reason = "",
    strategy: Strategy = EQUITY,
    store: Store = None,
) -> None:
    """Off the list until another word of a person, whatever pickers say."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    spec, said = settings.strategy(strategy), _said(faces, symbol, reason)
    done = exclude(opened, spec.name, said)
    watching.word(said.symbol, "excluded" if done else "was excluded already")


@verbs.command("release")
def release_symbol(
    context: typer.Context,
    symbol: Named,
    reason: Reason = "",
    strategy: Strategy = EQUITY,
    store: Store = None,
) -> None:
    """Take a word back: pickers decide again."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    spec, said = settings.strategy(strategy), _said(faces, symbol, reason)
    done = release(opened, spec.name, said)
    watching.word(said.symbol, "released" if done else "stood by nobody's word")


def _said(faces: Faces, symbol: str, reason: str) -> Saying:
    return Saying(symbol.strip().upper(), reason, faces.by, SystemClock().now())
