"""Who executes: the simulated broker, an Alpaca account each, or one that all share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.alpaca import AlpacaConnections
from config.settings import Settings
from config.strategy_brokers import SHARED, Binding
from config.wiring.prices import calendar
from core.clock import Clock
from core.desk.gate import DeskGate, KeyGate
from core.desk.sent_orders import SentOrders
from core.ports import Broker, MarketData, Statements
from core.types import AccountId, StoreKind
from providers.alpaca.mid import AlpacaMid
from providers.broker.alpaca import AlpacaBroker
from providers.broker.fill_rules import FillRules
from providers.broker.gated import GatedBroker, GatedKey, GatedTogether
from providers.broker.simulated import SimulatedBroker
from providers.broker.virtual import VirtualBroker
from storage.event_store import SqlEventStore

FRESH_S = 2.0
"""How long a look at the shared key's orders answers for all of them; a slot asks many times."""


@dataclass(frozen=True, slots=True)
class BrokerBuilder:
    """Builds who executes for one desk, from what its orders stand on.

    ``bindings`` are strategies by name: those with a custody trade where the council does.
    """

    settings: Settings
    kind: StoreKind
    store: SqlEventStore
    market: MarketData
    clock: Clock
    alpaca: AlpacaConnections
    bindings: Mapping[str, Binding]

    def build(self) -> tuple[Broker, Statements | None]:
        """Who executes, and its own books where it keeps any."""
        name = self.settings.broker_of(self.kind)
        if name == "simulated":
            return GatedBroker(self._simulated(), DeskGate(self.store)), None
        over_mcp = name == "alpaca_mcp"
        if self.alpaca.shares_a_key(self.settings.policy.accounts):
            shared = self._shared(over_mcp=over_mcp)
            return GatedTogether(shared, DeskGate(self.store)), shared
        own = self._of_each_account(over_mcp=over_mcp)
        return GatedBroker(own, DeskGate(self.store)), own

    def _simulated(self) -> SimulatedBroker:
        """The simulated broker, with every order the log says was sent in its books.

        It follows the log, for a scheduler and a command line each have one of their own; a
        simulation's log is written by one process alone, and is read once.
        """
        policy, log = self.settings.policy, SentOrders(self.store, set(self._cash()))
        rules = FillRules(
            slippage_bps=policy.risk.slippage_bps,
            commission_bps=policy.risk.commission_bps,
            shortable={asset.symbol: asset.shortable for asset in policy.assets},
            partial_fills=policy.risk.partial_fills,
        )
        followed = None if self.kind is StoreKind.SIMULATION else log
        broker = SimulatedBroker(self.market, self.clock, rules, self._cash(), followed)
        broker.restore(*log.news())
        return broker

    def _of_each_account(self, *, over_mcp: bool) -> AlpacaBroker:
        keys = dict(self.alpaca.account_keys(self.settings.policy.accounts))
        keys |= self.alpaca.own_keys(list(self._beside()))
        apis = {
            account: self.alpaca.trading(key, over_mcp=over_mcp) for account, key in keys.items()
        }
        return AlpacaBroker(apis, calendar(), self.clock)

    def _shared(self, *, over_mcp: bool) -> VirtualBroker:
        key = self.alpaca.shared_key()
        api = self.alpaca.trading(key, over_mcp=over_mcp)
        inner = AlpacaBroker({SHARED: api}, calendar(), self.clock)
        mid = AlpacaMid(api, self.alpaca.market(key, over_mcp=over_mcp))
        behind = GatedKey(inner, KeyGate(self.store))
        accounts, beside = self._cash(), self._beside()
        return VirtualBroker(
            behind,
            SHARED,
            accounts | beside,
            self.store,
            self.clock,
            mid,
            FRESH_S,
            joining=tuple(beside),
        )

    def _beside(self) -> dict[AccountId, Decimal]:
        """What every strategy that trades where the council does starts with, in USD."""
        bound = [one for one in self.bindings.values() if one.custody is not None]
        return {one.account_id: one.starting_cash for one in bound}

    def _cash(self) -> dict[AccountId, Decimal]:
        """What every account starts with, in USD."""
        policy = self.settings.policy
        return {account.account_id: policy.risk.starting_cash for account in policy.accounts}
