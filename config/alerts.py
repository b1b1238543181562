"""Who is told of what: `config/alerts.yaml` and the addresses in ``.env``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from config.loading import validated
from config.origins import DEFAULT, Origin
from config.secrets import alert_addresses
from config.settings import Settings
from config.variables import Variables, read_variables
from config.yaml_source import read_yaml
from core.alert_policy import LOG, LOG_CHANNEL, AlertPolicy, AlertRules, ChannelPolicy, QuietHours
from core.schemas.alert import ChannelName, Severity
from core.schemas.base import Schema

FILE = "alerts.yaml"
VARIABLE = re.compile(r"COUNCIL_ALERT_[A-Z0-9_]{1,40}_URL")


class ChannelSpec(Schema):
    """``url_env`` names the variable that holds the channel's address: an address holds a token."""

    url_env: str
    min_severity: Severity = Severity.INFO
    quiet: Literal["respect", "ignore"] = "respect"
    per_hour: int | None = Field(default=30, ge=1, le=1_000)

    @field_validator("url_env", mode="before")
    @classmethod
    def _a_name_and_no_address(cls, value: object) -> object:
        """Never shows the value: what stands here by mistake is a secret."""
        if isinstance(value, str) and VARIABLE.fullmatch(value):
            return value
        raise ValueError(
            "must name a variable like COUNCIL_ALERT_DISCORD_URL (the value is not shown: it may "
            "be a secret): write the address itself to .env under that name"
        )

    def policy(self) -> ChannelPolicy:
        return ChannelPolicy(
            min_severity=self.min_severity, quiet=self.quiet, per_hour=self.per_hour
        )


class AlertsFile(Schema):
    channels: Mapping[ChannelName, ChannelSpec]
    rules: AlertRules
    quiet_hours: QuietHours | None
    dedupe_minutes: int = Field(ge=0, le=10_080)
    oldest_hours: int = Field(ge=1, le=168)

    @field_validator("channels")
    @classmethod
    def _log_is_there_already(cls, value: Mapping[str, ChannelSpec]) -> Mapping[str, ChannelSpec]:
        if LOG in value:
            raise ValueError(f"{LOG} is always there: give the channel another name")
        return value


@dataclass(frozen=True)
class Alerting:
    """The policy over the channels that can be reached, and what is missing for the others.

    ``addresses`` by channel, ``absent`` the variable of each channel without one, ``base_url`` what
    links begin with (None: alerts carry no link).
    """

    policy: AlertPolicy
    addresses: Mapping[str, SecretStr]
    absent: Mapping[str, str]
    base_url: str | None

    @property
    def reachable(self) -> tuple[str, ...]:
        """The channels beyond the log, by name."""
        return tuple(sorted(self.addresses))


def load_alerting(settings: Settings, env: Mapping[str, str] | None = None) -> Alerting:
    """``config/alerts.yaml`` with the addresses of ``.env`` and the environment (``env`` if given).

    Whatever is wrong is one ConfigError line, and never shows an address.
    """
    variables = read_variables(settings.paths.env_file, env)
    return alerting_of(read_alerts_file(settings.paths.config_dir), variables, settings)


def alert_origins(settings: Settings, env: Mapping[str, str] | None = None) -> dict[str, Origin]:
    """Each channel's variable as present or absent, and where it was found; never the address."""
    variables = read_variables(settings.paths.env_file, env)
    specs = read_alerts_file(settings.paths.config_dir).channels.values()
    found = {spec.url_env: variables.find(spec.url_env) for spec in specs}
    return {
        name: Origin("present", one.origin) if one else Origin("absent", DEFAULT)
        for name, one in found.items()
    }


def read_alerts_file(config_dir: Path) -> AlertsFile:
    source = read_yaml(config_dir / FILE, f"{config_dir.name}/{FILE}")
    return validated(source, AlertsFile)


def alerting_of(file: AlertsFile, variables: Variables, settings: Settings) -> Alerting:
    names = {name: spec.url_env for name, spec in file.channels.items()}
    addresses = alert_addresses(variables, names)
    reachable = {name: file.channels[name].policy() for name in addresses}
    return Alerting(
        policy=AlertPolicy(
            rules=file.rules,
            channels={LOG: LOG_CHANNEL, **reachable},
            quiet_hours=file.quiet_hours,
            dedupe_minutes=file.dedupe_minutes,
            oldest_hours=file.oldest_hours,
        ),
        addresses=addresses,
        absent={name: variable for name, variable in names.items() if name not in addresses},
        base_url=settings.public_base_url,
    )
