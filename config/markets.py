"""Where this desk's prices come from: the chain of sources that configuration and keys allow."""

from __future__ import annotations

from dataclasses import dataclass

from config.alpaca import AlpacaConnections
from config.connections import MarketName
from config.settings import Settings
from core.clock import Clock
from core.desk.writing import append_one, new_event
from core.errors import ConcurrencyError, ConfigError
from core.events.market import MarketSteppedDown
from core.ports import EventStore, MarketData, TradingCalendar
from core.types import StoreKind, StreamId
from providers.market.alpaca import AlpacaMarket
from providers.market.chain import ChainMarket, StepDownNote
from providers.market.files import FilesMarket
from providers.market.yfinance import YfinanceMarket


def sources_of(settings: Settings, kind: StoreKind) -> tuple[MarketName, ...]:
    """The sources in the order they are asked; generated prices only where nothing else is.

    ConfigError for a source that was named and lacks its key or its folder.
    """
    files = settings.market_data_dir is not None
    if kind is not StoreKind.REAL:
        return ("files",) if files else ("simulated",)
    named = settings.connections.market_data
    keys = has_alpaca_keys(settings)
    if named == "auto":
        found: list[MarketName] = ["alpaca"] if keys else []
        return _fit_to_trade(settings, (*found, *(("files",) if files else ())) or ("simulated",))
    for name in named:
        if name.startswith("alpaca") and not keys:
            raise ConfigError(
                f"market_data names {name} and there is no Alpaca key: set APCA_API_KEY_ID and "
                "APCA_API_SECRET_KEY in .env, or take it out of config/connections.yaml"
            )
        if name == "files" and not files:
            raise ConfigError(
                "market_data names files and MARKET_DATA_DIR is not set: set it to a folder of "
                "bars, or take files out of config/connections.yaml"
            )
    if "simulated" in named and len(named) > 1:
        raise ConfigError(
            "market_data names simulated beside real sources: generated prices never stand in for "
            "real ones, take it out of config/connections.yaml"
        )
    return _fit_to_trade(settings, named)


def _fit_to_trade(settings: Settings, names: tuple[MarketName, ...]) -> tuple[MarketName, ...]:
    """ConfigError where generated prices would size orders at a broker that has real ones."""
    if names == ("simulated",) and settings.connections.broker != "simulated":
        raise ConfigError(
            f"broker {settings.connections.broker} needs real prices and market_data is simulated: "
            "name alpaca, yfinance or files in config/connections.yaml"
        )
    return names


def has_alpaca_keys(settings: Settings) -> bool:
    """A pair of the shared key or of the first account reads market data."""
    return any(
        settings.keys_present.get(name, False)
        for name in ("APCA_API_KEY_ID", "ALPACA_ACCOUNT_1_KEY_ID")
    )


STEPS_STREAM = StreamId("system/market_data")
TRIES = 5


@dataclass(frozen=True, slots=True)
class MarketBuilder:
    """Makes the sources of a desk's prices; ``alpaca`` holds the keys they share with the broker.

    ``symbols``: of the universe in config/assets.yaml when it is None.
    """

    settings: Settings
    calendar: TradingCalendar
    clock: Clock
    alpaca: AlpacaConnections
    symbols: tuple[str, ...] | None = None

    def chain(self, names: tuple[MarketName, ...], store: EventStore) -> MarketData:
        """One source as it is; several as a chain whose every step down is an event."""
        links = [self._source(name) for name in names]
        if len(links) == 1:
            return links[0]
        return ChainMarket(links, lambda note: record_step_down(store, self.clock, note))

    def _source(self, name: MarketName) -> MarketData:
        symbols = self.settings.policy.symbols if self.symbols is None else self.symbols
        if name == "files":
            assert self.settings.market_data_dir is not None  # `sources_of` has seen to it
            # A folder that lacks a symbol of config/assets.yaml is a mistake, of any other it is not.
            wanted = None if self.symbols is not None else symbols
            return FilesMarket(self.settings.market_data_dir, self.calendar, wanted)
        if name == "yfinance":
            return YfinanceMarket(symbols, self.calendar, self.clock)
        api = self.alpaca.market(self.alpaca.shared_key(), over_mcp=name == "alpaca_mcp")
        feed = self.settings.connections.feed
        return AlpacaMarket(api, self.calendar, self.clock, symbols, feed=feed)


def record_step_down(store: EventStore, clock: Clock, note: StepDownNote) -> None:
    """A stream of its own: whoever asked for a price may be about to append to another."""
    event = MarketSteppedDown(
        as_of=note.as_of,
        source=note.source,
        next_source=note.next_source,
        reason=note.reason,
        message=note.message,
    )
    for left in reversed(range(TRIES)):
        version = store.head(STEPS_STREAM).version
        try:
            append_one(store, STEPS_STREAM, new_event(STEPS_STREAM, event, [version], clock.now()))
        except ConcurrencyError:  # another process stepped down at the same moment
            if not left:
                raise
        else:
            return
