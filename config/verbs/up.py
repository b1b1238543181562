"""`up`: the scheduler and the web app together."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from config.binding import refuse_open_binding
from config.listening import LOCALHOST, refuse_port_in_use
from config.passwords import load_passwords
from config.paths import PROJECT_ROOT
from config.settings import load_settings
from config.terminal import show, web
from config.terminal.options import Store
from config.terminal.silence import watch_quietly
from config.verbs.faces import Faces
from config.verbs.lived import DEMO_WEEKS, fill_demo
from storage.engine import is_missing

verbs = typer.Typer()


@verbs.command("up")
def up(
    context: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="The demonstration desk, by rules.")] = False,
    address: Annotated[
        str, typer.Option("--address", help="Where the pages listen; 0.0.0.0 is every network.")
    ] = LOCALHOST,
    public_read_only: Annotated[
        bool,
        typer.Option("--public-read-only", help="Everybody reads; only a login steers."),
    ] = False,
    store: Store = None,
) -> None:
    """Start the scheduler and the web app together; Ctrl-C stops both.

    Without --store and without a .env (see `init`) it shows the demonstration desk. Where a network
    reaches the pages it needs a password (`password`), an identity provider or --public-read-only.
    """
    wiring = Faces.of(context).wiring
    if public_read_only:
        os.environ["PUBLIC_READ_ONLY"] = (
            "true"  # for the web app it starts, as well as for this look
        )
    settings = load_settings(store=store)
    passwords = bool(load_passwords(settings))
    refuse_open_binding(address, settings.access, passwords=passwords)
    refuse_port_in_use(settings.ports.web, "PORT_BACKEND", address)
    web.refuse_missing("streamlit", "schedule")
    if store is None and (demo or not settings.paths.env_file.exists()):
        settings = load_settings(store=settings.paths.demo_store, profile="rules")
        if is_missing(settings.database_url.get_secret_value()):
            fill_demo(wiring, settings, DEMO_WEEKS, if_empty=True, as_json=False)
    url = settings.database_url.get_secret_value()
    processes = web.commands(PROJECT_ROOT, settings.ports.web, [], address)
    shown = f"http://{web.reached_at(address)}:{settings.ports.web}"
    show.line(f"starting on store {settings.store_shown}")
    opened = wiring.open_store(settings)
    web.supervise(
        processes,
        PROJECT_ROOT,
        url,
        ready=lambda: show.line(f"ready: {shown}"),
        watch=lambda: watch_quietly(settings, opened),
    )
