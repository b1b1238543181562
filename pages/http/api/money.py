"""What accounts are worth, hold and traded; what the market was marked at."""

from __future__ import annotations

from pages.http.api.endpoint import Call, Endpoint, found, get
from pages.http.api.fields import Indicators, OneAccount, Symbols, Trades
from pages.http.api.weeks import newest_week
from storage.queries import Holding, holdings
from storage.queries.account_values import AccountValue, ClosedTrade, account_values, closed_trades
from storage.queries.market import FrozenAsset, RecordedQuote, frozen_assets, recorded_quotes


def endpoints() -> list[Endpoint]:
    return [
        get(
            "/api/portfolio",
            "Each account at its newest close, USD",
            tuple[AccountValue, ...],
            _portfolio,
            OneAccount,
        ),
        get(
            "/api/positions", "Open positions at the newest mark", tuple[Holding, ...], _positions,
            OneAccount,
        ),
        get(
            "/api/trades",
            "Round trips, the newest first; go on with `before` the last one's position",
            tuple[ClosedTrade, ...],
            lambda call: closed_trades(
                call.reader, call.query.limit, call.query.account, call.query.before
            ),
            Trades,
        ),
        get(
            "/api/market/quote",
            "The newest recorded close of each asset; no vendor is asked",
            tuple[RecordedQuote, ...],
            _quotes,
            Symbols,
        ),
        get(
            "/api/market/indicators",
            "The indicators a week froze",
            tuple[FrozenAsset, ...],
            _indicators,
            Indicators,
        ),
    ]  # fmt: skip


def _portfolio(call: Call) -> tuple[AccountValue, ...]:
    values = account_values(call.reader)
    return tuple(one for one in values if call.query.account in (None, one.account_id))


def _positions(call: Call) -> tuple[Holding, ...]:
    held = holdings(call.reader)
    return tuple(one for one in held if call.query.account in (None, one.account_id))


def _quotes(call: Call) -> tuple[RecordedQuote, ...]:
    asked = call.query.symbol
    quotes = tuple(one for one in recorded_quotes(call.reader) if asked in (None, one.symbol))
    if asked is not None:
        found(quotes or None, "mark of", asked)
    return quotes


def _indicators(call: Call) -> tuple[FrozenAsset, ...]:
    asked = call.query.symbol
    assets = frozen_assets(call.reader, newest_week(call))
    return tuple(one for one in assets if asked in (None, one.symbol))
