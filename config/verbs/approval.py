"""`proposal`, `approve` and `reject`: what a week would trade, and a person's word on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

import typer

from config.terminal import approval, options, show
from config.terminal.options import Json, OneWeek, Reason, Store
from config.verbs.faces import Faces
from core.clock import SystemClock
from storage.queries import StoreReader

Account: TypeAlias = Annotated[
    str | None, typer.Option("--account", metavar="ACCOUNT", help="One account, e.g. acct_5.")
]
Every: TypeAlias = Annotated[bool, typer.Option("--all-accounts", help="All that are still open.")]

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


def _word(*, approved: bool) -> Callable[..., None]:
    """A verb that says yes or no to one account, or to all that are open."""

    def word(
        context: typer.Context,
        account: Account = None,
        every: Every = False,
        reason: Reason = None,
        week: OneWeek = None,
        store: Store = None,
    ) -> None:
        _, opened = Faces.of(context).existing(store)
        now = SystemClock().now()
        said = approval.word(account, reason, every=every, approved=approved)
        for line in approval.say(opened, options.week(week, now), said, now):
            show.line(line)

    return word


for name, approved, told in (
    ("approve", True, "Let an account's proposed orders, or all that are open, go to the broker."),
    (
        "reject",
        False,
        "Refuse proposed orders with a reason: the account stays on the position it has.",
    ),
):
    verbs.command(name, help=told)(_word(approved=approved))
