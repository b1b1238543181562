"""Sources of prices in order: the next one answers the whole question where one fails, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from core.clock import as_utc
from core.errors import BadInput, MarketError, MarketUnavailable
from core.market import MarketBars, Quote
from core.ports import MarketData
from providers.market.simulated import SOURCE as SIMULATED

T = TypeVar("T")
REMEMBERED = 256
"""Instants whose link is remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class StepDownNote:
    """``source`` gave no answer as of then (``reason`` is its error's class), ``next_source`` is asked."""

    as_of: datetime
    source: str
    next_source: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Stand:
    """The link that answers for one instant, and why those before it did not."""

    link: int
    notes: tuple[StepDownNote, ...] = ()


class ChainMarket:
    """The MarketData port over several sources, tried in their order.

    The first question about an instant goes down the chain as a whole, until one link answers all of
    it. From then on that link stands for the instant: a symbol it lacks is lacking, so that no
    snapshot is mixed; only when it is unavailable does the next one take over. ``stepped_down`` of
    the answer names what failed. Generated prices never follow real ones: BadInput for such a chain.
    """

    def __init__(
        self, links: Sequence[MarketData], on_step_down: Callable[[StepDownNote], None]
    ) -> None:
        names = [link.source for link in links]
        if not links or (SIMULATED in names and len(names) > 1):
            raise BadInput(
                f"market_data is [{', '.join(names)}]: name at least one source, and "
                f"{SIMULATED} prices only by themselves"
            )
        self._links = tuple(links)
        self._heard = on_step_down
        self._stands: dict[datetime, _Stand] = {}
        self._guard = threading.Lock()

    @property
    def source(self) -> str:
        """The first link's: what this desk means to use."""
        return self._links[0].source

    def stepped_down(self, as_of: datetime) -> tuple[str, ...]:
        """What failed for that instant so far before the link that stands for it."""
        return tuple(str(note) for note in self._stand(as_utc(as_of)).notes)

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        found = self._ask(as_of, lambda link: link.bars(symbols, as_of, sessions))
        return replace(found, stepped_down=self.stepped_down(as_of))

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        return self._ask(as_of, lambda link: link.quotes(symbols, as_of))

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return self._ask(as_of, lambda link: link.next_price(symbol, after, as_of))

    def _ask(self, as_of: datetime, ask: Callable[[MarketData], T]) -> T:
        moment = as_utc(as_of)
        stand, stands = self._stand(moment), self._stands_for(moment)
        notes, failures = list(stand.notes), list[MarketError]()
        for index in range(stand.link, len(self._links)):
            try:
                answer = ask(self._links[index])
            except MarketError as error:
                if stands and not isinstance(error, MarketUnavailable):
                    raise
                failures.append(error)
                if index + 1 < len(self._links):
                    notes.append(self._step_down(moment, index, error))
            else:
                self._stay(moment, _Stand(index, tuple(notes)))
                return answer
        raise self._none_answers(stand.link, failures)

    def _step_down(self, moment: datetime, index: int, error: MarketError) -> StepDownNote:
        source, after = self._links[index].source, self._links[index + 1].source
        note = StepDownNote(moment, source, after, type(error).__name__, str(error))
        self._heard(note)
        return note

    def _stand(self, moment: datetime) -> _Stand:
        with self._guard:
            return self._stands.get(moment, _Stand(0))

    def _stands_for(self, moment: datetime) -> bool:
        with self._guard:
            return moment in self._stands

    def _stay(self, moment: datetime, stand: _Stand) -> None:
        with self._guard:
            self._stands[moment] = stand
            while len(self._stands) > REMEMBERED:
                del self._stands[next(iter(self._stands))]

    def _none_answers(self, first: int, failures: Sequence[MarketError]) -> MarketError:
        """The one error there is, else one line with all; its class is theirs where they agree."""
        if len(failures) == 1:
            return failures[0]
        kinds = {type(error) for error in failures}
        kind = kinds.pop() if len(kinds) == 1 else MarketUnavailable
        told = "; ".join(
            f"{link.source}: {error}"
            for link, error in zip(self._links[first:], failures, strict=True)
        )
        return kind(f"no source of prices answers: {told}")
