"""`discovery …`: which symbols a strategy looks at, and what its suggestions brought."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeAlias

import typer

from config.terminal import pickers, watching
from config.terminal.options import Json, ProfileName, Reason, Store
from config.terminal.show import line as show_line
from config.verbs.comparing import compare
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.clock import SystemClock
from core.desk.discovering import run_discovery
from core.desk.opening import open_desk
from core.desk.strategy_jobs import measure_now
from core.desk.watching import Saying, WordName, say, watchlist
from core.strategy import EQUITY
from storage.queries import StoreReader
from storage.queries.forward_returns import league

Strategy: TypeAlias = Annotated[
    str, typer.Option("--strategy", help="Whose list; config/strategies.yaml names them.")
]
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


def _word(word: WordName, done: str, idle: str) -> Callable[..., None]:
    """A verb that says a person's word on one symbol; ``idle`` where there was nothing to change."""

    def verb(
        context: typer.Context,
        symbol: Named,
        reason: Reason = None,
        strategy: Strategy = EQUITY,
        store: Store = None,
    ) -> None:
        faces = Faces.of(context)
        settings, opened = faces.existing(store)
        name, size = settings.strategy(strategy).name, settings.discovery.max_watchlist
        said = Saying(symbol.strip().upper(), reason or "", faces.by, SystemClock().now())
        changed = say(opened, name, word, said, size)
        watching.word(said.symbol, done if changed else idle)

    return verb


verbs.command("include", help="On the list until another word of a person, whatever pickers say.")(
    _word("include", "included", "was included already")
)
verbs.command("exclude", help="Off the list until another word of a person, whatever pickers say.")(
    _word("exclude", "excluded", "was excluded already")
)
verbs.command("release", help="Take a word back: pickers decide again.")(
    _word("release", "released", "stood by nobody's word")
)
