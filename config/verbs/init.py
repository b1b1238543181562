"""`init`: from the demonstration to a desk of one's own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from config.settings import load_settings
from config.terminal import initialise, options, show
from config.terminal.options import ProfileName, Store

verbs = typer.Typer()


@verbs.command("init")
def init(
    profile: ProfileName = None,
    broker: Annotated[
        str | None, typer.Option("--broker", help="simulated, alpaca or alpaca_mcp (paper).")
    ] = None,
    openrouter_key: Annotated[
        str | None, typer.Option("--openrouter-key", help="Better asked for than typed here.")
    ] = None,
    market_data_dir: Annotated[
        str | None, typer.Option("--market-data-dir", help="A folder of daily bars.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Profile local: the server's address.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Profile local: the model it serves.")
    ] = None,
    approval: Annotated[
        str | None,
        typer.Option("--approval", help="auto, or manual: a week's orders wait for your word."),
    ] = None,
    store: Store = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace values in .env.")] = False,
) -> None:
    """From the demonstration to your own desk: writes .env, the profile and the broker.

    On a terminal it asks for what no option says; elsewhere that is left as it is by default.
    """
    root = load_settings().paths.root
    asks = sys.stdin.isatty()
    address = "DATABASE_URL" if "://" in (store or "") else "DATABASE_PATH"
    variables = {
        "OPENROUTER_API_KEY": openrouter_key,
        "MARKET_DATA_DIR": market_data_dir,
        address: store,
    }
    asked = options.profile(profile)
    given = initialise.Given(asked, broker, variables, base_url, model, approval)
    choices = initialise.complete(given, asks=asks)
    for file in initialise.write(root, choices, overwrite=overwrite):
        show.line(f"wrote {file.relative_to(root)}")
    orders = "the simulated broker" if choices.broker == "simulated" else "Alpaca paper accounts"
    word = ", each week after your word (`approve`)" if choices.approval == "manual" else ""
    show.line(f"Orders go to {orders}{word}. Next: `cli.py doctor --live`, then `cli.py up`.")
