"""`strategy` and `capital`: what there is, a person's word on it, and its money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation

from config.settings import Settings
from config.terminal import show
from core.clock import in_new_york
from core.desk.capital import Transfer
from core.errors import BadInput
from storage.queries import StoreReader
from storage.queries.strategies import StrategyLine, strategy_lines

HEADS = (
    "strategy",
    "state",
    "account",
    "broker",
    "capital",
    "equity",
    "return",
    "drawdown",
    "said by",
)


def tell(settings: Settings, reader: StoreReader, *, as_json: bool) -> None:
    """Every strategy of config/strategies.yaml, on or off, with what its account is worth."""
    lines = strategy_lines(reader, settings.strategies)
    if as_json:
        show.as_json([asdict(line) for line in lines])
        return
    show.table(HEADS, [_row(line) for line in lines])
    _reasons(lines)


def transfer(amount: str, reason: str | None, by: str) -> Transfer:
    """What a terminal says of money; BadInput for what is no amount."""
    try:
        return Transfer(Decimal(amount.replace(",", "")), reason or "", by)
    except InvalidOperation as error:
        raise BadInput(f"an amount of {amount[:40]!r}: write USD, e.g. 25000") from error


def _row(line: StrategyLine) -> tuple[str, ...]:
    return (
        line.name,
        "on" if line.on else "off",
        line.account_id or "",
        line.broker,
        _dollars(line.capital),
        _dollars(line.equity),
        "" if line.returned is None else f"{line.returned:+.2%}",
        "" if line.drawdown is None else f"{line.drawdown:.2%}",
        "its file" if line.word is None else line.word.by,
    )


def _reasons(lines: Sequence[StrategyLine]) -> None:
    for line in lines:
        if line.word is not None:
            since = f"{in_new_york(line.word.at):%Y-%m-%d %H:%M}"
            show.line(f"{line.name}: {line.word.reason} (since {since} New York)")


def _dollars(amount: Decimal | None) -> str:
    return "" if amount is None else f"${amount:,.2f}"
