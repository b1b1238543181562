"""What happened to an account since a week began, for its postmortem."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.desk.desk import Desk
from core.desk.writing import account_stream
from core.events.account import CheckpointDecided, OrderFilled, OrderIntended
from core.rules.account_book import WeekBook
from core.rules.ledger import AccountState
from core.rules.week_boundary import closing_fills
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.order import WEEKLY, BrokerFill, OrderIntent, Purpose
from core.types import AccountId, WeekId


@dataclass(slots=True)
class WeekHistory:
    """An account's events since its week began: fills, decisions, and each week's planned orders.

    ``own`` are the orders of the week itself, by client order id, with why they exist.
    """

    fills: list[BrokerFill] = field(default_factory=list)
    decisions: list[CheckpointDecision] = field(default_factory=list)
    planned: dict[WeekId, set[str]] = field(default_factory=dict)
    own: dict[str, Purpose] = field(default_factory=dict)

    def closing(self, week: WeekBook, start: AccountState) -> list[BrokerFill]:
        """The fills with which the week's own plan took back what it found."""
        ids = self.planned.get(week.week_id, set())
        return closing_fills(start, (fill for fill in self.fills if fill.client_order_id in ids))


def week_history(desk: Desk, account_id: AccountId, week: WeekBook) -> WeekHistory:
    history = WeekHistory()
    kinds = {kind.__name__ for kind in (OrderIntended, OrderFilled, CheckpointDecided)}
    for row in desk.store.read(account_stream(account_id), week.start_version):
        event = desk.store.decode(row) if row.type in kinds else None
        if isinstance(event, OrderFilled):
            history.fills.append(event.fill)
        elif isinstance(event, OrderIntended):
            _intended(history, event.intent, week.week_id)
        elif isinstance(event, CheckpointDecided) and event.decision.week_id == week.week_id:
            history.decisions.append(event.decision)
    return history


def _intended(history: WeekHistory, intent: OrderIntent, week_id: WeekId) -> None:
    if intent.week_id == week_id:
        history.own[intent.client_order_id] = intent.purpose
    if intent.purpose in WEEKLY:
        history.planned.setdefault(intent.week_id, set()).add(intent.client_order_id)
