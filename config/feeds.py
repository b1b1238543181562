"""Which feed of headlines and which source of companies a desk has: as settings and keys allow."""

from __future__ import annotations

from config.alpaca import AlpacaConnections
from config.connections import NewsName
from config.markets import has_alpaca_keys
from config.settings import Settings
from core.clock import SystemClock
from core.discovery.ports import CompanySource
from core.errors import ConfigError
from core.ports import NewsFeed
from core.types import StoreKind
from providers.market.alpaca_news import AlpacaNews
from providers.market.file_news import FileNews
from providers.market.kept_companies import KeptCompanies
from providers.market.later_news import LaterNews
from providers.market.yahoo_companies import YahooCompanies
from providers.market.yahoo_news import YahooNews

COMPANIES = "companies"
"""The folder below ``runs`` where company facts are kept, a file a day."""
NO_KEY = (
    "news names {name} and there is no Alpaca key: set APCA_API_KEY_ID and APCA_API_SECRET_KEY in "
    ".env, or write news: auto in config/connections.yaml"
)
NO_FOLDER = (
    "news names files and MARKET_DATA_DIR is not set: set it to a folder with news.jsonl, or write "
    "news: auto in config/connections.yaml"
)


def news_name(settings: Settings, kind: StoreKind) -> NewsName:
    """The feed that is asked, ``none`` without one; ConfigError for a named one that cannot be had.

    A simulation and a demonstration ask no vendor: theirs is a file, or none.
    """
    named = settings.connections.news
    if named == "files":
        if settings.market_data_dir is None:
            raise ConfigError(NO_FOLDER)
        return named
    if kind is not StoreKind.REAL:
        return "none"
    keys = has_alpaca_keys(settings)
    if named == "auto":
        return "alpaca" if keys else "none"
    if named.startswith("alpaca") and not keys:
        raise ConfigError(NO_KEY.format(name=named))
    return named


def company_source(settings: Settings, kind: StoreKind) -> CompanySource | None:
    """Who tells sector, capitalisation and beta; None where nobody is asked.

    By itself Yahoo is asked where it is a source of prices already. Play asks nobody: what is told
    today was not known then.
    """
    named = settings.connections.companies
    sources = settings.connections.market_data
    if named == "auto":
        named = "yfinance" if sources != "auto" and "yfinance" in sources else "none"
    if named == "none" or kind is not StoreKind.REAL:
        return None
    return KeptCompanies(YahooCompanies(), settings.paths.runs / COMPANIES, SystemClock())


def news_feed(settings: Settings, kind: StoreKind, alpaca: AlpacaConnections) -> NewsFeed | None:
    """The feed, made when it is first asked; None where there is none."""
    name, folder = news_name(settings, kind), settings.market_data_dir
    if name == "none":
        return None
    if name == "files":
        assert folder is not None  # `news_name` has seen to it
        return FileNews(folder)
    if name == "yfinance":
        return YahooNews(SystemClock())  # Yahoo shows the present, whatever a desk's clock says

    over_mcp = name == "alpaca_mcp"
    return LaterNews(
        "alpaca", lambda: AlpacaNews(alpaca.market(alpaca.shared_key(), over_mcp=over_mcp))
    )
