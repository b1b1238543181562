"""Drawdown and losses as the breaker measures them, by the policy the desk has on record."""

from __future__ import annotations

from core.desk.opening import configured, recorded_policy
from core.schemas.breaker import DESK, account_scope
from core.types import AccountId
from storage.metrics.families import Families
from storage.queries.breaker import BreakerBoard
from storage.queries.reader import StoreReader

OF_AN_ACCOUNT = account_scope(AccountId(""))
"""What every account's scope begins with."""
PER_CENT = 100


class Measured:
    """The breaker's gauges of one log at each look; nothing before the desk is configured."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._board: BreakerBoard | None = None

    def show(self, families: Families) -> None:
        """Every account that is measured, and the desk; FLAT is exempt and keeps its marks."""
        self._board = self._board or self._begun()
        for line in () if self._board is None else self._board.scopes():
            if line.scope == DESK or line.scope.startswith(OF_AN_ACCOUNT):
                label, gauge = line.scope.removeprefix(OF_AN_ACCOUNT), line.gauge
                families.drawdown.labels(label).set(float(gauge.drawdown_pct) / PER_CENT)
                families.losses.labels(label).set(gauge.losses)

    def _begun(self) -> BreakerBoard | None:
        log = self._reader.log()
        desk = None if log is None else configured(log)
        if log is None or desk is None:
            return None
        return BreakerBoard(self._reader, recorded_policy(log, desk.settings_fingerprint))
