"""What trades beside the council: strategies of cycles with their markets, models and brokers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.agent_check import agent_check
from config.alpaca import AlpacaConnections
from config.cycles import CycleModels, dated_sectors, strategies_at_work
from config.feeds import company_source, news_feed
from config.language_models import language_models, price_list
from config.markets import MarketBuilder, sources_of
from config.own_keys import secrets_of
from config.settings import Settings
from config.strategy_brokers import Binding
from config.wiring.discovery import look_with, sectors_of
from config.wiring.measuring import measure_with
from config.wiring.memory import AskedLater
from config.wiring.prices import calendar
from core.clock import Clock
from core.desk.gate import DeskGate
from core.desk.sent_orders import SentOrders
from core.desk.strategy_ports import Strategy
from core.ports import Broker, CallProgress, MarketData, unheard
from core.types import AccountId, StoreKind
from providers.broker.by_account import BrokerByAccount
from providers.broker.fill_rules import FillRules
from providers.broker.gated import GatedBroker
from providers.broker.simulated import SimulatedBroker
from providers.market.files import FilesMarket
from providers.market.growing import GrowingMarket
from providers.market.lazy import LazyMarket
from storage.event_store import SqlEventStore


@dataclass(frozen=True, slots=True)
class BesideBuilder:
    """Builds one desk's strategies from what they stand on; ``market`` is the council's own."""

    settings: Settings
    kind: StoreKind
    store: SqlEventStore
    market: MarketData
    clock: Clock
    alpaca: AlpacaConnections
    bindings: Mapping[str, Binding]

    def strategies(self, heard: CallProgress = unheard) -> tuple[Strategy, ...]:
        """Every strategy that runs cycles, on or off, over every symbol the sources have."""
        settings = self.settings
        model = language_models(settings, secrets_of(settings), heard)
        prices = price_list(settings)
        models = CycleModels.of(self.store, model, settings.agents, prices, self.clock)
        companies = company_source(settings, self.kind)
        file = sectors_of(settings.paths.config_dir)
        sectors = dated_sectors(settings.policy.assets, file, companies)
        market = self._wide_market()
        made = strategies_at_work(settings.strategies, self.store, models, market, sectors)
        recall = AskedLater(settings, self.store)
        news = news_feed(settings, self.kind, self.alpaca)
        check = agent_check(settings, secrets_of(settings), models)
        return tuple(
            replace(
                one,
                recall=recall,
                news=news,
                look=look_with(settings, one.spec),
                measure=measure_with(settings, self.store, one.spec),
                check=check,
                custody=self.bindings[one.name].custody,
                fault=self.bindings[one.name].fault,
            )
            for one in made
        )

    def broker(self, desk: Broker, strategies: tuple[Strategy, ...]) -> Broker:
        """The desk's broker, and for each account that does not stand there one that fills at bars."""
        own: Mapping[AccountId, Broker] = {
            one.account_id: GatedBroker(self._simulated(one), DeskGate(self.store))
            for one in strategies
            if one.custody is None
        }
        return BrokerByAccount(desk, own) if own else desk

    def _simulated(self, strategy: Strategy) -> SimulatedBroker:
        """At the strategy's own costs; nothing is sold short."""
        spec, account_id = strategy.spec, strategy.account_id
        rules = FillRules(
            slippage_bps=spec.limits.slippage_bps, commission_bps=spec.limits.commission_bps
        )
        log = SentOrders(self.store, {account_id})
        followed = None if self.kind is StoreKind.SIMULATION else log
        cash = {account_id: self.bindings[spec.name].starting_cash}
        broker = SimulatedBroker(strategy.market, self.clock, rules, cash, followed)
        broker.restore(*log.news())
        return broker

    def _wide_market(self) -> MarketData:
        """The desk's own prices where they are generated; else its sources, whatever is asked for."""
        settings, source = self.settings, self.market.source
        names, folder = sources_of(settings, self.kind), settings.market_data_dir
        if names == ("simulated",):
            return self.market
        if names == ("files",) and folder is not None:
            return LazyMarket(source, lambda: FilesMarket(folder, calendar()))
        builder = MarketBuilder(settings, calendar(), self.clock, self.alpaca)
        return GrowingMarket(
            source,
            lambda symbols: replace(builder, symbols=symbols).chain(names, self.store),
            settings.policy.symbols,
        )
