"""The kill switch: one stream whose newest word every order asks for before it goes out."""

from __future__ import annotations

from datetime import datetime

from core.desk.writing import new_event
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.breaker import TradingDisabled, TradingEnabled
from core.events.envelope import Append
from core.ports import EventStore
from core.types import StreamId

TRADING_STREAM = StreamId("system/trading")
ATTEMPTS = 10


class TradingSwitch:
    """The switch as it stands now; each look asks for the stream's head and reads what is new."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._version = 0
        self._newest: TradingDisabled | TradingEnabled | None = None

    def disabled(self) -> TradingDisabled | None:
        """Why nothing goes out; None while trading is enabled."""
        if self._store.head(TRADING_STREAM).version > self._version:
            for row in self._store.read(TRADING_STREAM, self._version):
                self._version = row.version
                event = self._store.decode(row)
                if isinstance(event, TradingDisabled | TradingEnabled):
                    self._newest = event
        return self._newest if isinstance(self._newest, TradingDisabled) else None


def is_disabled(store: EventStore) -> TradingDisabled | None:
    """The event that stopped trading; None while it goes on."""
    return TradingSwitch(store).disabled()


def disable(
    store: EventStore, reason: str, by: str, at: datetime, *, flatten: bool = False
) -> TradingDisabled:
    """Stop every order from the next one on; with ``flatten`` positions are to be closed as well.

    Saying it again for the same reason changes nothing. BadInput without a reason.
    """
    event = TradingDisabled(reason=_said(reason), by=by, flatten=flatten)
    _append(store, event, at)
    return event


def enable(store: EventStore, reason: str, by: str, at: datetime) -> TradingEnabled:
    """Let orders go out again; BadInput without a reason, or when trading is not disabled."""
    if is_disabled(store) is None:
        raise BadInput("trading is not disabled: there is nothing to enable")
    event = TradingEnabled(reason=_said(reason), by=by)
    _append(store, event, at)
    return event


def _said(reason: str) -> str:
    if not reason.strip():
        raise BadInput("a reason is missing: say why with --reason, it is kept with the event")
    return reason.strip()


def _append(store: EventStore, event: TradingDisabled | TradingEnabled, at: datetime) -> None:
    """At the stream's end; when somebody else was faster it is read again, so a stop never fails."""
    for attempt in range(ATTEMPTS):
        version = store.head(TRADING_STREAM).version
        if is_disabled(store) == event:
            return
        new = new_event(TRADING_STREAM, event, [version + 1], at)
        try:
            store.commit([Append(TRADING_STREAM, [new], version)])
        except (ConcurrencyError, EventConflict):
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return
