"""What a person says while the desk runs: pause, approve, stop, reset; each an event at once."""

from __future__ import annotations

from core.clock import Clock
from core.desk import approval, breaker, capital, scheduling, strategy_switch, trading_switch
from core.desk.approval import Word
from core.desk.breaker_meter import BreakerMeter
from core.desk.capital import Transfer
from core.events.breaker import BreakerReset, TradingDisabled, TradingEnabled
from core.events.envelope import Event
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.policy import DeskPolicy
from core.ports import EventStore
from core.schemas.breaker import Scope
from core.strategy import StrategySpec
from core.types import AccountId, WeekId
from storage.event_store import SqlEventStore
from storage.locks import lock_for

__all__ = [
    "Word",
    "decide",
    "deposit_capital",
    "disable_strategy",
    "disable_trading",
    "enable_strategy",
    "enable_trading",
    "evaluate_breaker",
    "pause_scheduler",
    "reset_breaker",
    "resume_scheduler",
    "withdraw_capital",
]


def pause_scheduler(store: EventStore, reason: str, by: str, clock: Clock) -> None:
    """Nothing more begins; BadInput without a reason or when it pauses already."""
    scheduling.pause(store, by, reason, clock.now())


def resume_scheduler(store: EventStore, by: str, clock: Clock) -> None:
    """BadInput when it is not paused."""
    scheduling.resume(store, by, clock.now())


def decide(store: EventStore, week_id: WeekId, word: Word, clock: Clock) -> tuple[AccountId, ...]:
    """A person's word on a proposal; the accounts it was about, BadInput as `approval.decide` has it."""
    return approval.decide(store, week_id, word, clock.now())


def disable_trading(
    store: EventStore, reason: str, by: str, clock: Clock, *, flatten: bool = False
) -> TradingDisabled:
    """From the next order on nothing goes out; BadInput without a reason."""
    return trading_switch.disable(store, reason, by, clock.now(), flatten=flatten)


def enable_trading(store: EventStore, reason: str, by: str, clock: Clock) -> TradingEnabled:
    """BadInput without a reason, or when trading is enabled."""
    return trading_switch.enable(store, reason, by, clock.now())


def reset_breaker(
    store: EventStore, scope: Scope, reason: str, by: str, clock: Clock
) -> BreakerReset:
    """End every halt of the scope; BadInput for an unknown scope, and without a reason."""
    return breaker.reset(store, scope, reason, by, clock.now())


def evaluate_breaker(store: EventStore, policy: DeskPolicy) -> tuple[Event, ...]:
    """Halt and release what the log makes due now; what was decided, none when nothing changed."""
    return breaker.evaluate_log(store, BreakerMeter(store, policy))


def enable_strategy(
    store: EventStore, strategy: StrategySpec, reason: str, by: str, clock: Clock
) -> bool:
    """It runs from its next slot on; False when it did already, BadInput without a reason."""
    return strategy_switch.switch_on(store, strategy, reason, by, clock.now())


def disable_strategy(
    store: EventStore, strategy: StrategySpec, reason: str, by: str, clock: Clock
) -> bool:
    """Nothing new of it begins; False when it was off already, BadInput without a reason."""
    return strategy_switch.switch_off(store, strategy, reason, by, clock.now())


def deposit_capital(
    store: SqlEventStore, strategy: StrategySpec, transfer: Transfer, clock: Clock
) -> CapitalDeposited:
    """Money into a strategy's account; Busy while a cycle of it is under way, BadInput as the core has it."""
    with lock_for(store.engine).hold(f"strategy/{strategy.name}"):
        return capital.deposit(store, strategy, transfer, clock.now())


def withdraw_capital(
    store: SqlEventStore, strategy: StrategySpec, transfer: Transfer, clock: Clock
) -> CapitalWithdrawn:
    """Money out of it, at most its cash; Busy while a cycle, which has counted it, is under way."""
    with lock_for(store.engine).hold(f"strategy/{strategy.name}"):
        return capital.withdraw(store, strategy, transfer, clock.now())
