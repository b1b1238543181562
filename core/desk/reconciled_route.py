"""A route to a broker whose books are looked at before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.desk.desk import Desk
from core.desk.reconcile import council_custodies, reconcile
from core.ports import OrderRoute
from core.schemas.execution import OrderOutcome
from core.schemas.order import OrderIntent
from core.types import AccountId


class ReconciledRoute:
    """An `OrderRoute` that looks at the broker's books first: what differs is blocked before it sends.

    ``only`` as in `reconcile`; the council's by default.
    """

    def __init__(
        self, desk: Desk, route: OrderRoute, only: Collection[AccountId] | None = None
    ) -> None:
        self._desk = desk
        self._route = route
        self._only = only

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]:
        only = council_custodies(self._desk) if self._only is None else self._only
        reconcile(self._desk, self._desk.clock.now(), only)
        return self._route.submit(intents)
