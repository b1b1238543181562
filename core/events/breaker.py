"""Events of the circuit breaker and of the kill switch."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from core.events.envelope import Event
from core.schemas.breaker import Cause, Scope


class BreakerTripped(Event):
    """No new positions in this scope from here on; exits go on.

    ``value`` and ``threshold`` are per cent of the peak, or losing trades in a row; ``at_equity``
    and ``peak`` in USD, as they were when the threshold was passed.
    """

    scope: Scope
    cause: Cause
    value: Decimal
    threshold: Decimal
    at_equity: Decimal
    peak: Decimal


class BreakerReleased(Event):
    """The cause is over: ``value`` is the shadow's drawdown (per cent) or its wins in a row.

    ``peak`` is what the account's own drawdown counts from now on (USD): its equity stands as far
    below it as the shadow stood below its own, so that the loss of the halt is not forgotten and
    does not halt it again by itself.
    """

    scope: Scope
    cause: Cause
    value: Decimal
    threshold: Decimal
    on: Literal["shadow", "account"] = "shadow"
    at_equity: Decimal
    peak: Decimal


class BreakerReset(Event):
    """A person ends every halt of the scope; it is measured anew from its equity at this moment."""

    scope: Scope
    reason: str
    by: str


class TradingDisabled(Event):
    """From its commit no order goes out but those that flatten.

    With ``flatten`` every position is to be closed, and any order that closes one may go out.
    """

    reason: str
    by: str
    flatten: bool = False


class TradingEnabled(Event):
    reason: str
    by: str
