"""Who is told of what: `config/alerts.yaml`, the addresses in ``.env``, and the notifier over both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from config.environment import read_environment
from config.loading import validated
from config.settings import Settings
from config.variables import Variables, read_variables
from config.yaml_source import read_yaml
from core.alert_policy import LOG, LOG_CHANNEL, AlertPolicy, AlertRules, ChannelPolicy, QuietHours
from core.ports import Notifier
from core.schemas.alert import ChannelName, Severity
from core.schemas.base import Schema
from providers.alerts.apprise import AppriseNotifier
from providers.alerts.log import LogNotifier
from providers.alerts.routed import RoutedNotifier

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


class RulesSpec(Schema):
    """`AlertRules` as a file says them: numbers are numbers there."""

    week_decided: bool = True
    orders_refused: bool = True
    breaker: bool = True
    reconciliation: bool = True
    jobs: bool = True
    budget: bool = True
    daily_summary: bool = True
    position_change_pct: float | None = Field(default=50, gt=0, le=1_000)
    heartbeat_silent_s: int | None = Field(default=180, ge=30, le=86_400)


class AlertsFile(Schema):
    channels: Mapping[ChannelName, ChannelSpec]
    rules: AlertRules
    quiet_hours: QuietHours | None
    dedupe_minutes: int = Field(ge=0, le=10_080)
    oldest_hours: int = Field(ge=1, le=168)

    @field_validator("channels")
    @classmethod
    def _log_is_there_already(
        cls, value: Mapping[str, ChannelSpec]
    ) -> Mapping[str, ChannelSpec]:
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
