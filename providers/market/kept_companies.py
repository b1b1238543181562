"""Company facts kept on disk, a file a day: asked once a day each, never known before they were asked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol

from core.clock import Clock, as_utc, in_new_york, iso
from core.discovery.facts import SymbolFacts
from core.discovery.ports import Companies
from core.errors import MarketUnavailable
from providers.market.news_text import utc_time
from providers.market.yahoo import in_time

LIVE = timedelta(minutes=20)
"""An instant longer ago than this is over: what is told now was not known then."""
STALE = timedelta(days=90)
"""A sector told longer ago than this is unknown again."""
DEADLINE_S = 90.0
FAILURES = 3
"""So many companies in a row without an answer, and nobody is asked any more in this round."""
FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")


class AsksOne(Protocol):
    """Tells about one company; raises when it cannot."""

    @property
    def source(self) -> str: ...

    def __call__(self, symbol: str) -> SymbolFacts: ...


@dataclass(frozen=True, slots=True)
class Told:
    """A company's facts and when they were told (UTC)."""

    at: datetime
    facts: SymbolFacts


class KeptCompanies:
    """The `CompanySource` over one that asks; ``clock`` is the wall's, never a simulated one.

    Capitalisation and beta are of the day asked for, a sector of it or of the 90 days before. What
    was told more than 20 minutes after ``as_of`` is not known at ``as_of``. A file that cannot be
    read is as if nothing had been asked.
    """

    def __init__(
        self, asks: AsksOne, folder: Path, clock: Clock, deadline_s: float = DEADLINE_S
    ) -> None:
        self._asks = asks
        self._folder = folder
        self._clock = clock
        self._deadline_s = deadline_s
        self._lock = Lock()

    @property
    def source(self) -> str:
        return self._asks.source

    def companies(self, symbols: Sequence[str], as_of: datetime) -> Companies:
        moment = as_utc(as_of)
        day = in_new_york(moment).date()
        with self._lock:
            kept = self._day(day)
            known = {symbol: kept[symbol] for symbol in symbols if symbol in kept}
            missing = [symbol for symbol in dict.fromkeys(symbols) if symbol not in kept]
            silence = ""
            if missing and self._clock.now() - moment > LIVE:
                silence = "they are asked of the present alone, not of a moment that is over"
            elif missing:
                fresh, silence = self._ask(missing)
                self._keep(day, {**kept, **fresh})
                known |= fresh
        facts = {symbol: told.facts for symbol, told in known.items() if told.at - moment <= LIVE}
        return Companies(
            {symbol: one for symbol, one in facts.items() if one != SymbolFacts()}, silence
        )

    def sectors(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, str]:
        moment = as_utc(as_of)
        day, wanted = in_new_york(moment).date(), set(symbols)
        found: dict[str, str] = {}
        for each in self._days(day - STALE, day):
            for symbol, told in self._day(each).items():
                if symbol in wanted and told.facts.sector and told.at - moment <= LIVE:
                    found[symbol] = told.facts.sector
        return found

    def _ask(self, symbols: Sequence[str]) -> tuple[dict[str, Told], str]:
        """What could be learnt in time, and why not the rest."""
        found: dict[str, Told] = {}
        ends, failed, why = time.monotonic() + self._deadline_s, 0, ""
        for symbol in symbols:
            try:
                facts = in_time(partial(self._asks, symbol), max(ends - time.monotonic(), 0.0))
            except MarketUnavailable as error:
                failed, why = failed + 1, str(error)
                if failed >= FAILURES or "rate limited" in why or time.monotonic() >= ends:
                    break
            else:
                assert isinstance(facts, SymbolFacts)  # `AsksOne` returns nothing else
                failed, found[symbol] = 0, Told(self._clock.now(), facts)
        return found, why

    def _days(self, first: date, last: date) -> list[date]:
        if not self._folder.is_dir():
            return []
        names = (FILE.fullmatch(path.name) for path in self._folder.iterdir())
        days = (date.fromisoformat(match.group(1)) for match in names if match)
        return sorted(day for day in days if first <= day <= last)

    def _day(self, day: date) -> dict[str, Told]:
        try:
            told = json.loads((self._folder / f"{day}.json").read_text(encoding="utf-8"))
            return {str(symbol): _told(row) for symbol, row in told.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _keep(self, day: date, told: Mapping[str, Told]) -> None:
        if not told:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        rows = {
            symbol: {"at": iso(one.at), **_known(one.facts)} for symbol, one in sorted(told.items())
        }
        fresh = self._folder / f"{day}.new"
        fresh.write_text(json.dumps(rows, indent=0), encoding="utf-8")
        fresh.replace(self._folder / f"{day}.json")


def _known(facts: SymbolFacts) -> dict[str, object]:
    return {name: value for name, value in asdict(facts).items() if value is not None}


def _told(row: Mapping[str, object]) -> Told:
    at = utc_time(row["at"])
    if at is None:
        raise ValueError("no instant")
    return Told(at, SymbolFacts(**{name: value for name, value in row.items() if name != "at"}))  # type: ignore[arg-type]  # written by _known
