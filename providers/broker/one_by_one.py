"""A slot's tickets placed one after the other, for brokers where every account stands alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from core.errors import BrokerError
from core.schemas.order import BrokerOrder, OrderTicket


class OneByOne:
    """Gives a broker `place_all` from its `place`."""

    @abstractmethod
    def place(self, ticket: OrderTicket) -> BrokerOrder: ...

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        return [self._result(ticket) for ticket in tickets]

    def _result(self, ticket: OrderTicket) -> BrokerOrder | BrokerError:
        try:
            return self.place(ticket)
        except BrokerError as error:
            return error
