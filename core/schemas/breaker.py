"""What the circuit breaker measures and stops: scopes, causes, and a halt with its numbers."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import StringConstraints

from core.schemas.base import Schema
from core.strategy import MACRO
from core.types import AccountId

Scope: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^(desk|(account|strategy)/[A-Za-z0-9][A-Za-z0-9_.-]{0,39})$")
]
"""What is measured and halted as one: ``account/acct_1``, ``strategy/macro_council``, ``desk``."""
DESK: Scope = "desk"
"""The sum of the council's accounts but FLAT; another strategy's accounts are no part of it."""


class Cause(StrEnum):
    """Why a scope is halted; each has its own release."""

    DRAWDOWN = "drawdown"
    LOSSES = "losses"


class Halt(Schema):
    """One cause that stops a scope: ``value`` beyond ``threshold``, per cent or losing trades in a row."""

    scope: Scope
    cause: Cause
    value: Decimal
    threshold: Decimal

    def __str__(self) -> str:
        if self.cause is Cause.DRAWDOWN:
            return f"{self.scope} halted: drawdown {self.value:f} % is over {self.threshold:f} %"
        return (
            f"{self.scope} halted: {self.value:f} losing trades in a row, {self.threshold:f} halt"
        )


def account_scope(account_id: AccountId) -> Scope:
    return f"account/{account_id}"


def strategy_scope(strategy: str) -> Scope:
    return f"strategy/{strategy}"


def scopes_of(account_id: AccountId, strategy: str) -> tuple[Scope, ...]:
    """What an account is measured and halted with: itself, its strategy and, of the council, the desk."""
    own = (account_scope(account_id), strategy_scope(strategy))
    return (*own, DESK) if strategy == MACRO else own
