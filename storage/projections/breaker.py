"""What the circuit breaker measures, kept in step with the log by the scheduler's own fold.

A state is only as good as the terms it was folded on: those of the desk's recorded settings, kept
beside it. `storage.queries.breaker` reads it where the desk lives by the same, and folds otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from core.events.account import AccountOpened
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.cycle import StrategyMarked
from core.events.envelope import StoredEvent
from core.events.market import PricesObserved, UniverseMarked
from core.events.system import DeskConfigured, SettingsRecorded
from core.policy import RiskLimits
from core.rules.account_book import AccountBook
from core.rules.breaker_fold import OF_ACCOUNTS, OF_BREAKER, OF_MARKET, BreakerFold, Prices
from core.rules.breaker_scope import Measured
from core.schemas.breaker import Scope
from core.types import AccountId
from storage.projections.breaker_parts import BreakerStateRow, Pieces
from storage.projections.writing import Rows, TableClass, table_of

THE_ONE = ""
RECORDED, CONFIGURED = SettingsRecorded.__name__, DeskConfigured.__name__
KINDS = {**OF_ACCOUNTS, **OF_BREAKER, **OF_MARKET}
SCOPE, ACCOUNT, PRICES, BASIS, SETTINGS = "scope", "account", "prices", "basis", "settings"


@dataclass(frozen=True)
class Basis:
    """What the state is folded on: who is exempt, and what shadows trade on.

    ``sound`` is False once something could not be measured, for good: accounts without settings on
    record, or with another exemption. ``mixed`` names scopes whose shadows have lived on more than
    one set of terms.
    """

    exempt: AccountId | None
    terms: RiskLimits | None
    sound: bool = True
    mixed: frozenset[Scope] = field(default_factory=frozenset)


BLIND = Basis(None, None, sound=False)
ScopeKind: TypeAdapter[Measured] = TypeAdapter(Measured)
BookKind: TypeAdapter[AccountBook] = TypeAdapter(AccountBook)
PricesKind: TypeAdapter[Prices] = TypeAdapter(Prices)
BasisKind: TypeAdapter[Basis] = TypeAdapter(Basis)


class BreakerProjection:
    """The fold of `core.rules.breaker_fold`, loaded for a batch of events and stored after it."""

    name = "breaker"
    types: frozenset[str] | None = frozenset((*KINDS, RECORDED, CONFIGURED))
    tables: tuple[TableClass, ...] = (BreakerStateRow,)

    def apply(self, connection: Connection, events: Sequence[StoredEvent]) -> None:
        state = _State(Rows(connection))
        for event in events:
            state.follow(event)
        state.save()

    def reset(self, connection: Connection) -> None:
        connection.execute(table_of(BreakerStateRow).delete())


class _State:
    """The pieces as one batch finds and leaves them."""

    def __init__(self, rows: Rows) -> None:
        self._scopes: Pieces[Scope, Measured] = Pieces(rows, SCOPE, ScopeKind)
        self._books: Pieces[AccountId, AccountBook] = Pieces(rows, ACCOUNT, BookKind)
        self._prices: Pieces[str, Prices] = Pieces(rows, PRICES, PricesKind)
        self._basis: Pieces[str, Basis] = Pieces(rows, BASIS, BasisKind)
        self._known: Pieces[str, Basis] = Pieces(rows, SETTINGS, BasisKind)
        self._fold = self._folded_on(self._basis.get(THE_ONE))

    def follow(self, event: StoredEvent) -> None:
        if event.type == RECORDED:
            self._recorded(event.payload)
        elif event.type == CONFIGURED:
            self._configured(self._known.get(str(event.payload["settings_fingerprint"])))
        elif self._fold is not None:
            self._measure(self._fold, event)
        elif event.type == AccountOpened.__name__:
            self._basis[THE_ONE] = BLIND

    def save(self) -> None:
        for pieces in (self._scopes, self._books, self._prices, self._basis, self._known):
            pieces.save()

    def _folded_on(self, basis: Basis | None) -> BreakerFold | None:
        """None where nothing is measured: no settings yet, or none that would do."""
        if basis is None or not basis.sound or basis.exempt is None or basis.terms is None:
            return None
        return BreakerFold(basis.exempt, basis.terms, self._books, self._scopes, self._prices)

    def _measure(self, fold: BreakerFold, event: StoredEvent) -> None:
        said = KINDS[event.type].model_validate(event.payload)
        if isinstance(said, UniverseMarked | PricesObserved | StrategyMarked):
            fold.market(said)
        elif isinstance(said, BreakerTripped | BreakerReleased | BreakerReset):
            self._decided(fold.decided(said))
        else:
            account_id = AccountId(event.stream_id.partition("/")[2])
            fold.account(account_id, event.version, said)

    def _decided(self, measured: Measured | None) -> None:
        basis = self._basis[THE_ONE]
        if measured is not None and measured.shadow is None and measured.scope in basis.mixed:
            self._basis[THE_ONE] = replace(basis, mixed=basis.mixed - {measured.scope})

    def _recorded(self, payload: Mapping[str, Any]) -> None:
        """Settings that this version cannot read are as good as none."""
        policy = payload["policy"]
        try:
            terms = RiskLimits.model_validate(policy["risk"])
            exempt = AccountId(policy["profile"]["flat_account"])
        except (KeyError, ValidationError):
            return
        self._known[str(payload["fingerprint"])] = Basis(exempt, terms)

    def _configured(self, wanted: Basis | None) -> None:
        before = self._basis.get(THE_ONE)
        if before is None:
            after = wanted
        elif wanted is None or wanted.exempt != before.exempt:
            after = BLIND
        else:
            shadowed = {one for one in self._scopes if self._scopes[one].shadow is not None}
            changed = shadowed if wanted.terms != before.terms else set()
            after = replace(before, terms=wanted.terms, mixed=before.mixed | changed)
        if after is not None:
            self._basis[THE_ONE] = after
        self._fold = self._folded_on(after)


BREAKER = BreakerProjection()
