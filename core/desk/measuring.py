"""What suggestions brought, measured once each horizon is over: traded or not, each exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.desk.desk import Desk
from core.desk.slots import MARK_AFTER_CLOSE
from core.desk.watching import discovery_stream, forward_stream
from core.desk.writing import account_stream, new_event
from core.discovery.panel import Panel
from core.discovery.ports import WholeMarket
from core.errors import NoBars
from core.events.account import OrderFilled
from core.events.discovery import DiscoveryRan, SymbolsSuggested
from core.events.envelope import Append, NewEvent, StoredEvent
from core.events.forward import ForwardReturnMeasured
from core.ports import EventStore, TradingCalendar
from core.rules.forward_returns import HORIZONS, Due, Suggested, first_price, forward_return
from core.schemas.forward import ForwardReturn
from core.strategy import StrategySpec
from core.types import Side, week_of


@dataclass(slots=True)
class Round:
    """A round with what is still open of it: per horizon the suggestions not measured yet."""

    round_id: str
    as_of: datetime
    suggested: Mapping[str, Suggested]
    open: dict[int, set[str]]
    settings: str = ""


@dataclass(slots=True)
class ForwardLog:
    """A strategy's rounds, returns and purchases as the log has them; each look reads what is new."""

    store: EventStore
    spec: StrategySpec
    rounds: dict[str, Round] = field(default_factory=dict)
    bought: dict[str, list[datetime]] = field(default_factory=dict)
    version: int = 0
    _discovery: int = 0
    _account: int = 0

    def catch_up(self) -> Sequence[Round]:
        """Rounds with something open, oldest first; ``version`` is the forward stream's."""
        for row in self.store.read(discovery_stream(self.spec.name), self._discovery):
            self._discovery = row.version
            self._looked(row)
        for row in self.store.read(forward_stream(self.spec.name), self.version):
            self.version = row.version
            self._measured(row)
        if self.spec.account is not None:
            for row in self.store.read(account_stream(self.spec.account), self._account):
                self._account = row.version
                self._filled(row)
        return sorted(self.rounds.values(), key=lambda one: one.as_of)

    def was_bought(self, symbol: str, after: datetime, until: datetime) -> bool:
        """Whether a purchase of it was filled after the one instant and by the other."""
        return any(after < at <= until for at in self.bought.get(symbol, ()))

    def _looked(self, row: StoredEvent) -> None:
        if row.type == SymbolsSuggested.__name__:
            event = self.store.decode(row)
            assert isinstance(event, SymbolsSuggested)  # by its type name
            found = {one.suggestion_id: one for one in _suggested(event)}
            if found:
                self.rounds[event.round_id] = Round(
                    round_id=event.round_id,
                    as_of=event.as_of,
                    suggested=found,
                    open={horizon: set(found) for horizon in HORIZONS},
                )
        elif row.type == DiscoveryRan.__name__:
            known = self.rounds.get(str(row.payload["round_id"]))
            if known is not None:
                known.settings = str(row.payload["settings"])

    def _measured(self, row: StoredEvent) -> None:
        event = self.store.decode(row)
        if not isinstance(event, ForwardReturnMeasured) or event.round_id not in self.rounds:
            return
        left = self.rounds[event.round_id].open
        left[event.horizon] -= {one.suggestion_id for one in event.returns}
        if not any(left.values()):
            del self.rounds[event.round_id]

    def _filled(self, row: StoredEvent) -> None:
        event = self.store.decode(row) if row.type == OrderFilled.__name__ else None
        if isinstance(event, OrderFilled) and event.fill.side is Side.BUY:
            self.bought.setdefault(event.fill.symbol, []).append(event.fill.filled_at)


def measure_suggestions(desk: Desk, log: ForwardLog, market: WholeMarket, at: datetime) -> str:
    """Record every return that is decided by ``at`` and not on record; says how many were new.

    What a scheduler missed is caught up, and says the same. NoBars when the source has no price of the
    benchmark on the newest session: old data would make everything look delisted.
    """
    rounds = log.catch_up()
    if not rounds:
        return "no suggestion waits for its return"
    first = min(first_price(desk.calendar, one.as_of).session for one in rounds)
    sessions = _closed(desk.calendar, first, at)
    if not sessions:
        return f"{len(rounds)} rounds wait for their first close"
    symbols = {one.symbol for each in rounds for one in each.suggested.values()}
    names = dict.fromkeys((*sorted(symbols), log.spec.benchmark))
    panel = market.panel(tuple(names), at, len(sessions))
    _refuse_old(panel, log.spec.benchmark, sessions[-1])
    events = [new for one in rounds for new in _decided(desk, log, one, panel)]
    events.sort(key=lambda new: new.occurred_at)
    if events:
        stream = forward_stream(log.spec.name)
        desk.store.commit([Append(stream, events, log.version)])
    count = sum(len(_of(new).returns) for new in events)
    return f"{count} forward returns of {len(rounds)} rounds measured"


def _closed(calendar: TradingCalendar, first: date, at: datetime) -> Sequence[date]:
    """Sessions from ``first`` whose close is there at ``at``."""
    found = calendar.sessions(first, max(first, at.date()))
    return [one for one in found if calendar.session_close(one) <= at]


def _refuse_old(panel: Panel, benchmark: str, session: date) -> None:
    row = panel.index.get(benchmark)
    if panel.last_day != session or row is None or not panel.close[row, -1] > 0:
        raise NoBars(
            f"{benchmark} has no close of {session} in {panel.source}: bring the data up to date, "
            "no return is measured on old bars"
        )


def _decided(desk: Desk, log: ForwardLog, one: Round, panel: Panel) -> Iterator[NewEvent]:
    """The round's returns that the panel decides, an event for each horizon and deciding session."""
    due = first_price(desk.calendar, one.as_of)
    for horizon in HORIZONS:
        by_session: dict[date, list[ForwardReturn]] = {}
        for told in _returns(log, one, horizon, (panel, due)):
            until = desk.calendar.session_close(told.ends or told.known)
            traded = log.was_bought(told.symbol, one.as_of, until)
            whole = told.model_copy(update={"traded": traded})
            by_session.setdefault(told.known, []).append(whole)
        for session, returns in sorted(by_session.items()):
            yield _event(desk, log.spec, one, panel, (horizon, session, returns))


def _returns(
    log: ForwardLog, one: Round, horizon: int, seen: tuple[Panel, Due]
) -> Iterator[ForwardReturn]:
    panel, due = seen
    waiting = [each for name, each in one.suggested.items() if name in one.open[horizon]]
    for each in sorted(waiting, key=lambda each: each.rank):
        told = forward_return(panel, each, due, horizon, log.spec.benchmark)
        if told is not None:
            yield told


def _event(
    desk: Desk,
    spec: StrategySpec,
    one: Round,
    panel: Panel,
    decided: tuple[int, date, Sequence[ForwardReturn]],
) -> NewEvent:
    """Named by what it measures: bars that came late add an event, and never meet one that is there."""
    horizon, session, returns = decided
    event = ForwardReturnMeasured(
        strategy=spec.name,
        round_id=one.round_id,
        as_of=one.as_of,
        settings=one.settings,
        horizon=horizon,
        session=session,
        benchmark=spec.benchmark,
        source=panel.source,
        feed=panel.feed,
        adjusted=panel.adjusted,
        slippage_bps=spec.limits.slippage_bps,
        commission_bps=spec.limits.commission_bps,
        returns=tuple(returns),
    )
    what = [one.round_id, horizon, *(each.suggestion_id for each in returns)]
    at = desk.calendar.session_close(session) + MARK_AFTER_CLOSE
    return new_event(forward_stream(spec.name), event, what, at, week_id=week_of(session))


def _of(new: NewEvent) -> ForwardReturnMeasured:
    assert isinstance(new.event, ForwardReturnMeasured)  # made above
    return new.event


def _suggested(event: SymbolsSuggested) -> Iterator[Suggested]:
    for one in event.suggestions:
        yield Suggested(
            suggestion_id=one.suggestion_id,
            symbol=one.symbol,
            as_of=one.as_of,
            rank=one.rank,
            picked_by=tuple(pick.picker for pick in one.picks if pick.picked),
        )
