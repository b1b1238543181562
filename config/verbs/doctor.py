"""`doctor`: what works, and where every effective value came from."""

from __future__ import annotations

from typing import Annotated

import typer

from config.own_keys import secrets_of
from config.settings import Settings, load_settings
from config.terminal import backup as keeping
from config.terminal import doctor as doctor_checks
from config.terminal import doctor_live, options, reports
from config.terminal.alerts import alert_checks
from config.terminal.app import FAILURE
from config.terminal.doctor import Check, database_of
from config.terminal.memory import memory_checks
from config.terminal.options import Json, ProfileName, Store
from config.verbs.faces import Faces, Wiring
from core.clock import SystemClock
from core.desk.opening import desk_kind
from core.errors import StoreError
from storage.engine import MEMORY, is_missing
from storage.event_store import SqlEventStore

verbs = typer.Typer()


@verbs.command("doctor")
def doctor(
    context: typer.Context,
    live: Annotated[
        bool, typer.Option("--live", help="Ask every key the cheapest question there is.")
    ] = False,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """What works and what does not, and where every effective value came from."""
    wiring = Faces.of(context).wiring
    settings, opened, database = _looked_at(wiring, store, profile)
    found = list(
        doctor_checks.checks(settings, lambda: wiring.build_desk(settings, opened), database)
    )
    found += memory_checks(opened, lambda: wiring.memory_of(settings, opened).embedder)
    found += alert_checks(settings)
    now = SystemClock().now()
    found.append(keeping.backup_check(settings, opened, desk_kind(opened), now))
    if live:
        found += list(doctor_live.checks(settings, secrets_of(settings), opened))
    reports.doctor(found, settings, as_json=json)
    if not all(check.ok for check in found):
        raise typer.Exit(FAILURE)


def _looked_at(
    wiring: Wiring, store: str | None, profile: str | None
) -> tuple[Settings, SqlEventStore, Check]:
    """The store and what is to be said of it; an empty one in memory where it cannot be opened."""
    settings = load_settings(store=store, profile=options.profile(profile))
    missing = is_missing(settings.database_url.get_secret_value())
    try:
        if not missing:
            settings, opened = wiring.open_configured(store, options.profile(profile))
            return settings, opened, Check("database", ok=True, detail=database_of(opened.engine))
        why = f"no store at {settings.store_shown} yet: `run_weekly` makes it"
    except StoreError as error:
        why = str(error)
    return settings, wiring.open_store(settings, MEMORY), Check("database", ok=missing, detail=why)
