"""`proposal`, `approve` and `reject`: what a week would trade, and a person's word on it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from config.terminal import approval, options, show
from config.terminal.options import Json, OneWeek, Store
from config.verbs.faces import Faces
from core.clock import SystemClock
from storage.queries import StoreReader

Account: TypeAlias = Annotated[
    str | None, typer.Option("--account", metavar="ACCOUNT", help="One account, e.g. acct_5.")
]
Every: TypeAlias = Annotated[bool, typer.Option("--all-accounts", help="All that are still open.")]
Reason: TypeAlias = Annotated[str | None, typer.Option("--reason", help="Kept with the word.")]

verbs = typer.Typer()


@verbs.command("proposal")
def proposal(
    context: typer.Context, week: OneWeek = None, store: Store = None, json: Json = False
) -> None:
    """What waits for approval, or what a week proposed and what was said of it."""
    _, opened = Faces.of(context).existing(store)
    now = SystemClock().now()
    asked = None if week is None else options.week(week, now)
    approval.proposal(StoreReader(opened.engine), asked, now, as_json=json)


@verbs.command("approve")
def approve(
    context: typer.Context,
    account: Account = None,
    every: Every = False,
    reason: Reason = None,
    week: OneWeek = None,
    store: Store = None,
) -> None:
    """Let an account's proposed orders, or all that are open, go to the broker."""
    _, opened = Faces.of(context).existing(store)
    now, who = SystemClock().now(), approval.meant(account, every=every)
    for line in approval.approve(opened, options.week(week, now), who, reason, now):
        show.line(line)


@verbs.command("reject")
def reject(
    context: typer.Context,
    account: Account = None,
    every: Every = False,
    reason: Reason = None,
    week: OneWeek = None,
    store: Store = None,
) -> None:
    """Refuse proposed orders with a reason: the account stays on the position it has."""
    _, opened = Faces.of(context).existing(store)
    now, who = SystemClock().now(), approval.meant(account, every=every)
    for line in approval.reject(opened, options.week(week, now), who, reason, now):
        show.line(line)
