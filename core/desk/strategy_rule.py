"""A strategy's own rule, asked at each week's last close: too far behind, and it is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.strategy_ports import Strategy
from core.desk.strategy_switch import is_on, switch_off_by_rule, words
from core.desk.writing import account_stream
from core.events.account import AccountOpened
from core.events.cycle import StrategyMarked
from core.events.envelope import Event
from core.events.strategy import CapitalDeposited, CapitalWithdrawn, StrategyEnabled
from core.ports import EventStore, TradingCalendar
from core.rules.switch_off import Valued, standing, verdict
from core.rules.time_weighted import grown
from core.types import week_of

ZERO = Decimal(0)
OF_CAPITAL = tuple(kind.__name__ for kind in (AccountOpened, CapitalDeposited, CapitalWithdrawn))


def judge(desk: Desk, strategy: Strategy, session: date, at: datetime) -> str | None:
    """Switch it off when its rule says so; why it did, None when it goes on or was off already."""
    rule = strategy.spec.switch_off
    on = rule is not None and ends_week(desk.calendar, session)
    if rule is None or not on or not is_on(desk.store, strategy.spec):
        return None
    found = standing(record(desk.store, strategy), _since(desk.store, strategy.name))
    why = verdict(rule, found, strategy.spec.benchmark)
    if why is None or not switch_off_by_rule(desk.store, strategy.spec, why, at):
        return None
    return why


def ends_week(calendar: TradingCalendar, session: date) -> bool:
    """Whether the next session belongs to another week."""
    return week_of(calendar.offset(session, 1)) != week_of(session)


def record(store: EventStore, strategy: Strategy) -> list[Valued]:
    """Every close of the strategy's account with its growth, around what a person gave and took."""
    found: list[Valued] = []
    growth, before, flow = 1.0, ZERO, ZERO
    for _, event in sorted(_events(store, strategy), key=lambda one: one[0]):
        match event:
            case AccountOpened():
                before = event.starting_cash
            case CapitalDeposited():
                flow += event.amount
            case CapitalWithdrawn():
                flow -= event.amount
            case StrategyMarked():
                growth *= grown(before, flow, event.equity)
                before, flow = event.equity, ZERO
                price = None if event.benchmark is None else float(event.benchmark.price)
                found.append(Valued(event.session, growth, price))
    return found


def _events(store: EventStore, strategy: Strategy) -> Iterator[tuple[int, Event]]:
    """What moved the account's capital, and its marks, each with its position in the log."""
    for row in store.read(account_stream(strategy.account_id)):
        if row.type in OF_CAPITAL:
            yield row.position, store.decode(row)
    for row in store.read(strategy.stream("marks")):
        if row.type == StrategyMarked.__name__:
            yield row.position, store.decode(row)


def _since(store: EventStore, name: str) -> date | None:
    """The day a person switched it on again; None where it has run since it began."""
    said = words(store, name)
    if not said or not isinstance(said[-1][1], StrategyEnabled):
        return None
    return in_new_york(said[-1][0]).date()
