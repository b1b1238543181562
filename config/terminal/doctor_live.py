"""`doctor --live`: each key asked the cheapest question there is; which accounts are which."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from config.alpaca import AlpacaConnections
from config.preflight import look_at_endpoints
from config.researchers import Vendors, research_vendors
from config.secrets import Secrets
from config.settings import Settings
from config.terminal.doctor import Check
from config.terminal.spending import estimate
from core.desk.spending import usd
from core.desk.strategy_switch import is_on
from core.errors import BrokerError
from core.strategy import StrategySpec
from core.types import AccountId
from providers.alpaca.api import Json, TradingApi
from providers.llm.preflight import PreflightReport
from storage.event_store import SqlEventStore

SHARED = AccountId("all")


def checks(settings: Settings, secrets: Secrets, store: SqlEventStore) -> Iterator[Check]:
    """Every endpoint, what stands in for what, what a week may cost, every paper account."""
    yield from endpoint_checks(asyncio.run(look_at_endpoints(settings, secrets)))
    yield from stand_ins(settings, research_vendors(settings, secrets))
    expected = estimate(settings, store)
    if expected.lines:
        yield Check("a week costs", ok=True, detail=str(expected), warning=bool(expected.unpriced))
    apis = paper_accounts(secrets)
    yield from account_checks(apis)
    if SHARED in apis:
        beside = [one for one in settings.strategies if _joins(one) and is_on(store, one)]
        yield from shared_cash(apis[SHARED], settings, beside)


def _joins(strategy: StrategySpec) -> bool:
    """Whether it is one more account over the key."""
    return strategy.account is not None and strategy.broker == "desk"


def paper_accounts(secrets: Secrets) -> Mapping[AccountId, TradingApi]:
    """Each account's key pair under its name, else the one that stands for all of them."""
    alpaca, pairs = AlpacaConnections(secrets), dict(secrets.alpaca_accounts)
    if not pairs and secrets.alpaca is not None:
        pairs = {SHARED: secrets.alpaca}
    return {account: alpaca.trading(key) for account, key in pairs.items()}


def endpoint_checks(report: PreflightReport) -> Iterator[Check]:
    """One line an endpoint: how many models, what credit; a retired id or a bad key is broken."""
    for check in report.checks:
        said = [] if check.models is None else [f"{check.models} models"]
        if check.credit is not None:
            left = check.credit.remaining
            said.append("no limit" if left is None else f"{usd(left)} of credit left")
        said += [*check.problems, *check.unknown]
        yield Check(
            f"models at {check.provider}",
            ok=not check.problems,
            detail="; ".join(said) or "answers",
            warning=not check.problems and bool(check.unknown),
        )


def stand_ins(settings: Settings, vendors: Vendors) -> Iterator[Check]:
    """What is on a fallback before anything has run: research without its vendor's key."""
    for pack, spec in settings.policy.profile.researchers.items():
        why = vendors(spec.model)
        if isinstance(why, str) and spec.fallbacks:
            detail = f"{why}: {spec.fallbacks[0].model} stands in for {spec.model}"
            yield Check(f"research {pack}", ok=True, detail=detail, warning=True)
        elif isinstance(why, str):
            detail = f"{why}, and {spec.model} has no fallback: pack {pack} will be missing"
            yield Check(f"research {pack}", ok=False, detail=detail)


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


def shared_cash(
    api: TradingApi, settings: Settings, beside: Sequence[StrategySpec] = ()
) -> Iterator[Check]:
    """Whether one key holds what all virtual accounts start with; silent where the key is.

    ``beside`` are strategies that trade over it with capital of their own.
    """
    accounts, each = settings.policy.accounts, settings.policy.risk.starting_cash
    try:
        cash = Decimal(str(api.account().get("cash")))
    except (BrokerError, InvalidOperation):
        return
    given = sum((one.capital for one in beside), Decimal(0))
    needed = each * len(accounts) + given
    detail = f"{usd(cash)} for {len(accounts)} accounts of {usd(each)}"
    detail += "".join(f" and {usd(one.capital)} of {one.name}" for one in beside)
    if cash < needed:
        fits = max(0, int((cash - given) / len(accounts)))
        detail += f": set risk.starting_cash to {fits} or less in config/risk.yaml"
        detail += ", or less capital in config/strategies.yaml" if beside else ""
    yield Check("virtual accounts", ok=cash >= needed, detail=detail)


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
