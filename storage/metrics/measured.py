"""Drawdown and losses as the breaker measures them: its own meter over the same log, nothing beside it."""

from __future__ import annotations

from core.desk.breaker_meter import BreakerMeter
from core.desk.opening import configured, recorded_policy
from core.schemas.breaker import DESK, account_scope
from core.types import AccountId
from storage.metrics.families import Families
from storage.queries.reader import StoreReader

OF_AN_ACCOUNT = account_scope(AccountId(""))
"""What every account's scope begins with."""
PER_CENT = 100


class Measured:
    """The breaker's gauges of one log, read on at each look; nothing before the desk is configured."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._meter: BreakerMeter | None = None

    def show(self, families: Families) -> None:
        """Every account that is measured, and the desk; FLAT is exempt and keeps its marks."""
        self._meter = self._meter or self._begun()
        scopes = {} if self._meter is None else self._meter.scopes()
        for scope, measured in scopes.items():
            if scope == DESK or scope.startswith(OF_AN_ACCOUNT):
                label, gauge = scope.removeprefix(OF_AN_ACCOUNT), measured.gauge
                families.drawdown.labels(label).set(float(gauge.drawdown_pct) / PER_CENT)
                families.losses.labels(label).set(gauge.losses)

    def _begun(self) -> BreakerMeter | None:
        log = self._reader.log()
        desk = None if log is None else configured(log)
        if log is None or desk is None:
            return None
        return BreakerMeter(log, recorded_policy(log, desk.settings_fingerprint))
