"""Where this desk's prices come from: the chain of sources that configuration and keys allow."""

from __future__ import annotations

from config.connections import MarketName
from config.settings import Settings
from core.errors import ConfigError
from core.types import StoreKind

OWN: tuple[MarketName, ...] = ("files", "simulated")
"""Sources that need no vendor: the only ones a simulation or a demonstration reads."""


def sources_of(settings: Settings, kind: StoreKind) -> tuple[MarketName, ...]:
    """The sources in the order they are asked; generated prices only where nothing else is.

    ConfigError for a source that was named and lacks its key or its folder.
    """
    files = settings.market_data_dir is not None
    if kind is not StoreKind.REAL:
        return ("files",) if files else ("simulated",)
    named = settings.connections.market_data
    keys = _has_keys(settings)
    if named == "auto":
        found: list[MarketName] = ["alpaca"] if keys else []
        return (*found, *(("files",) if files else ())) or ("simulated",)
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
    return named


def _has_keys(settings: Settings) -> bool:
    """A pair of the shared key or of the first account reads market data."""
    return any(
        settings.keys_present.get(name, False)
        for name in ("APCA_API_KEY_ID", "ALPACA_ACCOUNT_1_KEY_ID")
    )
