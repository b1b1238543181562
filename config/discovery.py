"""Discovery's thresholds and weights as the file and variables say; no part of the council's policy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.environment import Environment
from config.refusal import refusal
from config.yaml_source import read_yaml
from core.discovery.sectors import SectorRow, parse_sectors
from core.discovery.settings import DiscoverySettings
from core.errors import ConfigError
from core.strategy import StrategySpec

WEIGHTS = {
    "metric": "discovery_metric_weight",
    "fuzzy": "discovery_fuzzy_weight",
    "llm": "discovery_llm_weight",
}
ENABLED = "DISCOVERY_ENABLED_PICKERS"
SIZE = "DISCOVERY_MAX_WATCHLIST_SIZE"
WATCH = "TRADING_WATCHLIST_SYMBOLS"


def discovery_of(
    file: DiscoverySettings, environment: Environment, given: Mapping[str, str]
) -> DiscoverySettings:
    """The file under what DISCOVERY_… variables say; ConfigError names the variable that is wrong."""
    weights = {
        picker: value
        for picker, variable in WEIGHTS.items()
        if (value := getattr(environment, variable)) is not None
    }
    changes: dict[str, Any] = {}
    if weights:
        changes["weights"] = {**file.weights.model_dump(), **weights}
    if environment.discovery_enabled_pickers is not None:
        changes["enabled"] = listed(environment.discovery_enabled_pickers)
    if environment.discovery_max_watchlist_size is not None:
        changes["max_watchlist"] = environment.discovery_max_watchlist_size
    if not changes:
        return file
    try:
        return DiscoverySettings.model_validate({**file.model_dump(), **changes})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        why = fault["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{_places(changes, weights, given)}: {why}") from error


def read_settings(path: Path) -> DiscoverySettings:
    """A file in the form of config/discovery.yaml; ConfigError with the line of what is wrong."""
    source = read_yaml(path, path.name)
    try:
        return DiscoverySettings.model_validate_json(source.as_json(), strict=True)
    except ValidationError as error:
        raise refusal(source, DiscoverySettings, error) from error


def watching(
    strategies: tuple[StrategySpec, ...], environment: Environment, given: Mapping[str, str]
) -> tuple[StrategySpec, ...]:
    """Strategies that discover, under TRADING_WATCHLIST_SYMBOLS and DISCOVERY_INTERVAL_HOURS."""
    return tuple(
        _watching(strategy, environment, given)
        if strategy.universe.kind == "discovery"
        else strategy
        for strategy in strategies
    )


def listed(text: str) -> tuple[str, ...]:
    """``a, b`` as its parts."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def sector_rows(config_dir: Path) -> tuple[SectorRow, ...]:
    """The rows of sectors.csv; ConfigError when it is missing or wrong."""
    path = config_dir / "sectors.csv"
    name = f"{config_dir.name}/sectors.csv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read ({error.strerror}): restore it") from error
    return parse_sectors(lines, name)


def _watching(
    strategy: StrategySpec, environment: Environment, given: Mapping[str, str]
) -> StrategySpec:
    told = strategy.model_dump()
    if environment.trading_watchlist_symbols is not None:
        told["universe"]["watch"] = listed(environment.trading_watchlist_symbols)
    if environment.discovery_interval_hours is not None:
        told["schedule"]["discovery_hours"] = environment.discovery_interval_hours
    try:
        return StrategySpec.model_validate(told)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ConfigError(
            f"{given.get(WATCH, WATCH)}: {str(fault['input'])[:40]!r} is no symbol: write NVDA,BRK.B"
        ) from error


def _places(
    changes: Mapping[str, Any], weights: Mapping[str, float], given: Mapping[str, str]
) -> str:
    names = [WEIGHTS[picker].upper() for picker in weights]
    names += [ENABLED] if "enabled" in changes else []
    names += [SIZE] if "max_watchlist" in changes else []
    return ", ".join(given.get(name, name) for name in names)
