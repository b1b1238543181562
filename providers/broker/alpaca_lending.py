"""Whether Alpaca lends a symbol's shares for a short, asked once a New York day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.clock import Clock, in_new_york
from core.schemas.order import RefusalKind
from core.types import AccountId
from providers.alpaca.api import Json, TradingApi


@dataclass(frozen=True, slots=True)
class Objection:
    """Why there is no short, in plain words."""

    kind: RefusalKind
    words: str


class Lending:
    """Answers for every account alike: what can be borrowed is a fact of the symbol."""

    def __init__(self, apis: Mapping[AccountId, TradingApi], clock: Clock) -> None:
        self._apis = apis
        self._clock = clock
        self._told: dict[str, tuple[date, Objection | None]] = {}

    def objection(self, symbol: str) -> Objection | None:
        """None where the symbol can be sold short; BrokerUnavailable where nobody could say."""
        today = in_new_york(self._clock.now()).date()
        told = self._told.get(symbol)
        if told is None or told[0] != today:
            api = next(iter(self._apis.values()), None)
            told = (today, _objection(None if api is None else api.asset(symbol)))
            self._told[symbol] = told
        return told[1]


def _objection(asset: Json | None) -> Objection | None:
    if asset is None:
        return Objection(RefusalKind.UNKNOWN_SYMBOL, "Alpaca does not know it")
    if asset.get("tradable") is not True:
        return Objection(RefusalKind.OTHER, "Alpaca does not trade it now")
    if asset.get("shortable") is not True:
        return Objection(RefusalKind.SHORTING, "Alpaca lends none of it")
    if asset.get("easy_to_borrow") is not True:
        return Objection(RefusalKind.HARD_TO_BORROW, "its shares are hard to borrow today")
    return None
