"""Where every effective value came from, for ``doctor``: a file's line, a variable, or the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.environment import Environment
from config.loading import PolicyFiles, ProfileChoice
from config.refusal import dotted
from config.secrets import key_names
from config.variables import Variables
from config.yaml_source import KeyPath, YamlSource
from core.policy import DeskPolicy
from core.profile import ProfileName
from core.strategy import StrategySpec

DEFAULT = "default"
KEPT = "this desk's own (resolved when it was made)"


class Origin(NamedTuple):
    """A value as it may be shown (a key is only ``present`` or ``absent``) and its place."""

    value_shown: str
    origin: str


def profile_origin(
    files: PolicyFiles, policy: DeskPolicy, asked: ProfileChoice, *, on_command_line: bool
) -> Origin:
    """The profile that was asked for, and what ``auto`` came to."""
    place = (
        "command line --profile" if on_command_line else files.sources["models"].at(("profile",))
    )
    key = "present" if policy.profile.name == "live" else "absent"
    reason = f" (auto: OPENROUTER_API_KEY is {key})" if asked == "auto" else ""
    return Origin(policy.profile.name, f"{place}{reason}")


def policy_origins(files: PolicyFiles, policy: DeskPolicy) -> dict[str, Origin]:
    """Every value of the policy by its dotted key, with the line that sets it."""
    profile = policy.profile
    cast = files.models.profiles[profile.name].model_dump(mode="json")
    place: KeyPath = ("profiles", profile.name)
    return {
        **_assets(files, policy),
        **_found(
            files.sources["schedule"], files.schedule.model_dump(mode="json"), (), "schedule."
        ),
        **_found(files.sources["models"], cast, place, ""),
        **_found(files.sources["risk"], files.risk.model_dump(mode="json"), (), ""),
        **_strategies(files),
        **_found(
            files.sources["discovery"],
            files.discovery.model_dump(mode="json"),
            (),
            "discovery.",
        ),
        **_agents(files, profile.name),
    }


def variable_origins(environment: Environment, given: Mapping[str, str]) -> dict[str, Origin]:
    """Every setting that is a variable; the DATABASE_… ones are summed up as ``store`` elsewhere."""
    return {
        name.upper(): Origin(_shown(value), given.get(name.upper(), DEFAULT))
        for name, value in environment.model_dump().items()
        if not name.startswith("database_")
    }


def key_origins(variables: Variables) -> dict[str, Origin]:
    """Every key, as present or absent; where it was found, never what it is."""
    found = {name: variables.find(name) for name in key_names()}
    return {
        name: Origin("present", value.origin) if value else Origin("absent", DEFAULT)
        for name, value in found.items()
    }


def _assets(files: PolicyFiles, policy: DeskPolicy) -> dict[str, Origin]:
    source = files.sources["assets"]
    return {
        f"assets.{asset.symbol}": Origin(
            f"{asset.asset_class}, {asset.sector}{'' if asset.shortable else ', never short'}",
            source.at(("assets", place)),
        )
        for place, asset in enumerate(policy.assets)
    }


def _strategies(files: PolicyFiles) -> dict[str, Origin]:
    """Every value of every strategy, by its name; of the council's only its own, not a cycle's defaults."""
    source = files.sources["strategies"]
    return {
        f"strategies.{strategy.name}.{dotted(path[2:])}": origin
        for place, strategy in enumerate(files.strategies.strategies)
        for path, origin in _origins(source, _said(strategy), ("strategies", place))
    }


def _agents(files: PolicyFiles, profile: ProfileName) -> dict[str, Origin]:
    """Every value of the profile's agents; nothing where the files name none."""
    cast, place = files.models.agents.get(profile), ("agents", profile)
    if cast is None:
        return {}
    found = _origins(files.sources["models"], cast.model_dump(mode="json"), place)
    return {f"agents.{dotted(path[2:])}": origin for path, origin in found}


def _said(strategy: StrategySpec) -> dict[str, Any]:
    return strategy.model_dump(mode="json", exclude_unset=strategy.pipeline == "weekly")


def _origins(
    source: YamlSource, values: Mapping[str, Any], base: KeyPath
) -> Iterator[tuple[KeyPath, Origin]]:
    for path, value in _leaves(values, base):
        yield path, Origin(_shown(value), source.at(path) if path in source.lines else DEFAULT)


def _found(
    source: YamlSource, values: Mapping[str, Any], base: KeyPath, prefix: str
) -> dict[str, Origin]:
    return {f"{prefix}{dotted(path)}": origin for path, origin in _origins(source, values, base)}


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Scalars and lists of scalars, each with its key path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for place, item in enumerate(value):
            yield from _leaves(item, (*path, place))
    else:
        yield path, value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
