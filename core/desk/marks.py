"""The universe's marks, read from the log as it grows: the only price source of postmortems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.desk.writing import MARKET_STREAM
from core.events.market import UniverseMarked
from core.ports import EventStore
from core.rules.week_prices import SessionPrices


class Marks:
    """Prices (USD a share) by session; a symbol missing from a mark keeps its last one."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._version = 0
        self._by_session: dict[date, Mapping[str, Decimal]] = {}
        self._sessions: dict[date, SessionPrices] = {}

    def before(self, session: date) -> Mapping[str, Decimal]:
        """The newest marks of the sessions before ``session``; empty when there are none."""
        self._refresh()
        earlier = [day for day in self._by_session if day < session]
        return self._by_session[max(earlier)] if earlier else {}

    def between(self, first: date, last: date) -> tuple[SessionPrices, ...]:
        """What was marked in each session from ``first`` to ``last``, both included, in order."""
        self._refresh()
        days = sorted(day for day in self._sessions if first <= day <= last)
        return tuple(self._sessions[day] for day in days)

    def _refresh(self) -> None:
        for row in self._store.read(MARKET_STREAM, self._version):
            self._version = row.version
            if row.type == UniverseMarked.__name__:
                event = self._store.decode(row)
                assert isinstance(event, UniverseMarked)  # by its type name
                self._add(event)

    def _add(self, event: UniverseMarked) -> None:
        last = self._by_session[max(self._by_session)] if self._by_session else {}
        prices = {price.symbol: price.price for price in event.prices}
        self._by_session[event.session] = {**last, **prices}
        opens = {price.symbol: price.price for price in event.opens}
        self._sessions[event.session] = SessionPrices(event.session, prices, opens)
