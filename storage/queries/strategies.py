"""Strategies as they stand: on or off and who said so, worth, return around capital, halts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import RowMapping, select

from core.desk.strategy_switch import words
from core.desk.writing import account_stream
from core.events.account import AccountOpened
from core.events.envelope import event_id
from core.events.strategy import StrategyDisabled, StrategyEnabled
from core.schemas.breaker import Halt, Scope, scopes_of, strategy_scope
from core.strategy import StrategySpec
from core.types import AccountId
from storage.projections.portfolio_tables import AccountRow, EquityRow, TradeRow
from storage.projections.strategy_tables import StrategyStandingRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountRole, accounts
from storage.queries.halts import standing_halts
from storage.queries.reader import StoreReader
from storage.queries.strategy_course import Ends, ends_of

STANDINGS, ACCOUNTS = table_of(StrategyStandingRow), table_of(AccountRow)
EQUITY, TRADES = table_of(EquityRow), table_of(TradeRow)
WORDS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class StrategyWord:
    """Who switched it on or off, when and why; ``cause`` is ``underperformed`` for its own rule."""

    at: datetime
    on: bool
    by: str
    reason: str
    cause: Literal["manual", "underperformed"]


@dataclass(frozen=True, slots=True)
class StrategyLine:
    """One strategy; money in USD, fractions, None where nothing is known yet.

    ``account_id`` is its own, of the council the account the council's decisions trade. ``capital`` is
    what it was given in all, less what was taken. ``returned`` is time-weighted since it began and
    ``benchmark_returned`` over the same closes; ``drawdown`` ≤ 0 from its best. ``broker`` is who
    executes for it: once its account is open who it was opened at, for an account keeps that for life.
    """

    name: str
    title: str
    pipeline: str
    on: bool
    word: StrategyWord | None
    account_id: AccountId | None
    broker: Literal["simulated", "desk"]
    capital: Decimal | None
    cash: Decimal | None
    equity: Decimal | None
    session: str | None
    returned: float | None
    benchmark: str
    benchmark_returned: float | None
    drawdown: float | None
    realised: Decimal | None
    closed_trades: int
    scope: Scope
    halts: tuple[Halt, ...]


def strategy_lines(reader: StoreReader, specs: Sequence[StrategySpec]) -> tuple[StrategyLine, ...]:
    """Every strategy of the desk's settings, in their order."""
    standings = {row["strategy"]: row for row in reader.rows(select(STANDINGS))}
    halts = standing_halts(reader)
    council = next((one for one in accounts(reader) if one.role is AccountRole.COUNCIL), None)
    found = []
    for spec in specs:
        account_id = spec.account or (None if council is None else council.account_id)
        found.append(_line(reader, spec, account_id, standings.get(spec.name), halts))
    return tuple(found)


def strategy_words(reader: StoreReader, name: str) -> tuple[StrategyWord, ...]:
    """The newest words on whether it trades, newest first."""
    log = reader.log()
    said = [] if log is None else words(log, name)
    return tuple(_word(at, event) for at, event in reversed(said[-WORDS_SHOWN:]))


def _word(at: datetime, event: StrategyEnabled | StrategyDisabled) -> StrategyWord:
    off = isinstance(event, StrategyDisabled)
    cause = event.cause if isinstance(event, StrategyDisabled) else "manual"
    return StrategyWord(at, not off, event.by, event.reason, cause)


def _line(
    reader: StoreReader,
    spec: StrategySpec,
    account_id: AccountId | None,
    standing: RowMapping | None,
    halts: Sequence[Halt],
) -> StrategyLine:
    word = next(iter(strategy_words(reader, spec.name)), None)
    account = _account(reader, account_id)
    worth = _worth(reader, account, standing)
    ends = Ends() if account_id is None else ends_of(reader, spec)
    scopes = () if account_id is None else scopes_of(account_id, spec.name)
    realised, trades = _realised(reader, account_id)
    return StrategyLine(
        name=spec.name,
        title=spec.title,
        pipeline=spec.pipeline,
        on=spec.enabled if word is None else word.on,
        word=word,
        account_id=account_id,
        broker=_broker(reader, spec),
        capital=worth.get("capital"),
        cash=None if account is None else Decimal(account["cash"]),
        equity=worth.get("equity"),
        session=ends.last,
        returned=ends.returned,
        benchmark=spec.benchmark,
        benchmark_returned=ends.benchmark_returned,
        drawdown=ends.drawdown,
        realised=realised,
        closed_trades=trades,
        scope=strategy_scope(spec.name),
        halts=tuple(halt for halt in halts if halt.scope in scopes),
    )


def _broker(reader: StoreReader, spec: StrategySpec) -> Literal["simulated", "desk"]:
    log = reader.log()
    if spec.account is None:
        return "desk"
    opened_as = event_id(account_stream(spec.account), AccountOpened.__name__)
    row = None if log is None else log.find(str(opened_as))
    if log is None or row is None:
        return spec.broker
    opened = log.decode(row)
    assert isinstance(opened, AccountOpened)  # its id says so
    return "simulated" if opened.custody is None else "desk"


def _account(reader: StoreReader, account_id: AccountId | None) -> RowMapping | None:
    if account_id is None:
        return None
    return reader.first(select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id))


def _worth(
    reader: StoreReader, account: RowMapping | None, standing: RowMapping | None
) -> Mapping[str, Decimal]:
    """Capital, and equity at the newest close with what was moved since; nothing before it is open."""
    if standing is not None:
        equity = Decimal(standing["equity"]) + Decimal(standing["flow"])
        return {"capital": Decimal(standing["capital"]), "equity": equity}
    if account is None:
        return {}
    own = EQUITY.c.account_id == account["account_id"]
    newest = reader.first(
        select(EQUITY.c.equity).where(own).order_by(EQUITY.c.session.desc()).limit(1)
    )
    start = Decimal(account["starting_cash"])
    return {"capital": start, "equity": start if newest is None else Decimal(newest["equity"])}


def _realised(reader: StoreReader, account_id: AccountId | None) -> tuple[Decimal | None, int]:
    """What closed round trips brought net of costs, and how many; exact, so not summed in SQL."""
    if account_id is None:
        return None, 0
    rows = reader.rows(select(TRADES.c.pnl).where(TRADES.c.account_id == account_id))
    return sum((Decimal(row["pnl"]) for row in rows), Decimal(0)), len(rows)
