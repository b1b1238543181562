"""`doctor --live`: each key asked the cheapest question there is; which accounts are which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from config.terminal.doctor import Check
from core.errors import BrokerError
from core.types import AccountId
from providers.alpaca.api import Json, TradingApi


def account_checks(apis: Mapping[AccountId, TradingApi]) -> Iterator[Check]:
    """One line a paper account: its number, state and equity. Two names for one account are broken."""
    seen: dict[str, AccountId] = {}
    for account_id, api in apis.items():
        try:
            told = api.account()
        except BrokerError as error:
            yield Check(f"alpaca {account_id}", ok=False, detail=str(error))
            continue
        number = str(told.get("account_number") or "")
        twin = seen.setdefault(number, account_id)
        if number and twin != account_id:
            detail = f"is the same account as {twin} ({number}): give each a key pair of its own"
            yield Check(f"alpaca {account_id}", ok=False, detail=detail)
            continue
        yield _account(account_id, number, told)


def _account(account_id: AccountId, number: str, told: Json) -> Check:
    status, blocked = str(told.get("status", "unknown")), bool(told.get("trading_blocked"))
    state = f"{status}{', trading blocked' if blocked else ''}"
    detail = f"{number or 'no number'} {state}, equity {_usd(told.get('equity'))}"
    if told.get("shorting_enabled") is False:
        detail += ", no shorting"
    return Check(f"alpaca {account_id}", ok=status == "ACTIVE" and not blocked, detail=detail)


def _usd(value: object) -> str:
    try:
        return f"${Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return "unknown"
