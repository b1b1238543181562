"""Where a strategy's orders go: kept for life, met before the first of them, never behind approval's back."""

from __future__ import annotations

from datetime import datetime

from core.desk.desk import Desk
from core.desk.opening import open_desk
from core.desk.reconcile import reconcile
from core.desk.shared_capital import uncovered
from core.desk.strategy_ports import Strategy
from core.errors import BadInput
from core.rules.account_book import AccountBook
from core.rules.alert_jobs import NOT_BEGUN
from core.types import AccountId, StoreKind

APPROVAL = "manual"


def refuse_execution(desk: Desk, strategy: Strategy) -> None:
    """BadInput where none of its cycles may trade: nothing is begun, and nobody is paid."""
    why = no_execution(desk, strategy)
    if why is not None:
        raise BadInput(f"{NOT_BEGUN}{why}")


def no_execution(desk: Desk, strategy: Strategy) -> str | None:
    """Why none of its cycles may trade, with the way out; None when they may.

    A cycle lives minutes and cannot wait for a person's word: on a desk that asks for one, what trades
    at the desk's broker trades not at all.
    """
    if strategy.fault is not None:
        return strategy.fault
    asks = desk.kind is StoreKind.REAL and desk.policy.execution.approval == APPROVAL
    if not asks or strategy.spec.broker != "desk":
        return None
    return (
        f"{strategy.name} trades at the desk's broker, and this desk's orders wait for a person "
        "(execution.approval is manual), which a cycle cannot: ask for a dry run, or set broker: "
        "simulated in config/strategies.yaml before its first trade"
    )


def refuse_other_broker(strategy: Strategy, book: AccountBook) -> None:
    """BadInput when an account's orders lie at another broker than these settings would ask."""
    if (book.custody is None) == (strategy.custody is None):
        return
    raise BadInput(
        f"{book.account_id} {lies_at(book.custody)} and would now be traded elsewhere: restart the "
        "scheduler so that it reads config/strategies.yaml again"
    )


def lies_at(custody: AccountId | None) -> str:
    where = "the simulated broker" if custody is None else "the desk's broker"
    return f"was opened at {where} and stays there"


def meet(desk: Desk, strategy: Strategy, at: datetime) -> None:
    """Before a strategy trades at the desk's broker: its books are compared there, its capital is found.

    BadInput where the account there does not carry the capital, or holds what is not the ledger's.
    Nothing to do for one that fills at bars.
    """
    custody, account_id = strategy.custody, strategy.account_id
    if custody is None or desk.statements is None:
        return
    open_desk(desk, at)
    if desk.books.opened(account_id):
        reconcile(desk, at, [custody])
    elif strategy.shares_a_key:
        reconcile(desk, at, [custody])
        why = uncovered(desk.store, custody, strategy.spec.capital)
        if why is not None:
            raise BadInput(f"{NOT_BEGUN}{why} ({_lower(strategy)})")
    else:
        _refuse_unfit(desk, strategy)


def _refuse_unfit(desk: Desk, strategy: Strategy) -> None:
    """Of an account of its own: it holds the capital in cash, and nothing else."""
    assert desk.statements is not None  # `meet` asked
    told, capital = desk.statements.statement(strategy.account_id), strategy.spec.capital
    there = sorted({*told.positions, *told.orders})
    if there:
        raise BadInput(
            f"{NOT_BEGUN}the paper account of {strategy.account_id} has "
            f"{', '.join(there)} already: close and cancel it, or reset the account"
        )
    if told.cash < capital:
        raise BadInput(
            f"{NOT_BEGUN}the paper account of {strategy.account_id} holds ${told.cash:,.2f}, "
            f"{strategy.name} begins with ${capital:,.2f} ({_lower(strategy)})"
        )


def _lower(strategy: Strategy) -> str:
    return (
        f"lower capital of {strategy.name} in config/strategies.yaml, or give it broker: simulated"
    )
