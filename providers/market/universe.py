"""Listings of the market's symbols: Alpaca's, kept a file a day, and read back by the day asked about."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from core.clock import Clock, as_utc, in_new_york
from core.discovery.ports import Universe, UniverseSource
from core.errors import BrokerUnavailable, MarketUnavailable, NoBars
from providers.alpaca.api import Json

SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")
OVER_THE_COUNTER = frozenset({"OTC", ""})
NAME = "universe-{day}.json"
FILE = re.compile(r"universe-(\d{4}-\d{2}-\d{2})\.json")


class Assets(Protocol):
    """The one call of Alpaca's trading API that is needed here."""

    def assets(self) -> Sequence[Json]: ...


class AlpacaUniverse:
    """Alpaca's active US shares that it trades and an exchange lists, as they are now.

    MarketUnavailable when Alpaca gives no answer; a row that is none is MarketUnavailable too.
    """

    def __init__(self, api: Assets, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def universe(self, as_of: datetime) -> Universe:
        today = in_new_york(self._clock.now()).date()
        if in_new_york(as_utc(as_of)).date() < today:
            raise NoBars(
                f"what Alpaca listed on {in_new_york(as_utc(as_of)):%Y-%m-%d} is not known today: "
                "only listings that were kept then can be read"
            )
        try:
            rows = self._api.assets()
        except BrokerUnavailable as error:
            raise MarketUnavailable(f"the universe: {error}") from error
        return listed(rows, today)


def listed(rows: Sequence[Json], day: date) -> Universe:
    """What of Alpaca's rows can be traded; the rest counted by reason."""
    kept: set[str] = set()
    left_out: Counter[str] = Counter()
    for row in rows:
        why = _unfit(row)
        if why is None:
            kept.add(str(row["symbol"]))
        else:
            left_out[why] += 1
    if not kept:
        raise MarketUnavailable(f"Alpaca listed no tradable share among {len(rows)}: ask again")
    return Universe(tuple(sorted(kept)), day, "alpaca", dict(sorted(left_out.items())))


def _unfit(row: Json) -> str | None:
    symbol = row.get("symbol")
    if not isinstance(symbol, str) or row.get("class", "us_equity") != "us_equity":
        return "not a US share"
    if row.get("status") != "active":
        return "not active"
    if row.get("tradable") is not True:
        return "not tradable"
    if row.get("exchange", "") in OVER_THE_COUNTER:
        return "over the counter"
    return None if SYMBOL.fullmatch(symbol) else "a unit, right or preferred share"


class KeptUniverse:
    """Another source's listings, kept in a folder a day each: fetched once a day, never rewritten.

    An instant of the past is answered with the newest listing kept at or before its day. NoBars when
    there is none.
    """

    def __init__(self, inner: UniverseSource, folder: Path, clock: Clock) -> None:
        self._inner = inner
        self._folder = folder
        self._clock = clock

    def universe(self, as_of: datetime) -> Universe:
        day = in_new_york(as_utc(as_of)).date()
        today = in_new_york(self._clock.now()).date()
        days = self._days()
        if day >= today and today not in days:
            try:
                return self._keep(self._inner.universe(as_of))
            except MarketUnavailable:
                if not days:
                    raise
        known = [one for one in days if one <= day]
        if not known:
            raise NoBars(
                f"no listing of the universe is kept from {day} or before in {self._folder}: "
                "rounds of the past need one that was made then"
            )
        return self._load(max(known))

    def _days(self) -> list[date]:
        if not self._folder.is_dir():
            return []
        found = (FILE.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(date.fromisoformat(match.group(1)) for match in found if match)

    def _keep(self, universe: Universe) -> Universe:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / NAME.format(day=universe.day)
        told = {
            "day": universe.day.isoformat(),
            "source": universe.source,
            "left_out": dict(universe.left_out),
            "symbols": list(universe.symbols),
        }
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(path)
        return universe

    def _load(self, day: date) -> Universe:
        path = self._folder / NAME.format(day=day)
        try:
            told: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
            symbols, left_out = told["symbols"], told["left_out"]
            assert isinstance(symbols, list)
            assert isinstance(left_out, dict)
        except (OSError, ValueError, KeyError, AssertionError) as error:
            raise NoBars(f"{path.name} cannot be read: remove it, it is listed anew") from error
        return Universe(tuple(map(str, symbols)), day, str(told["source"]), left_out)
