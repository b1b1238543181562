"""A desk with all its ports: as it works, and as a replay does a week again."""

from __future__ import annotations

from config.alpaca import AlpacaConnections
from config.own_keys import secrets_of
from config.run_ports import ReplayProviders
from config.settings import Settings
from config.strategy_brokers import bindings_of
from config.wiring.brokers import BrokerBuilder
from config.wiring.locks import lock_for
from config.wiring.models import live_providers, prompts_for
from config.wiring.prices import calendar, market_data
from config.wiring.stores import open_store
from config.wiring.strategies import BesideBuilder
from core.clock import Clock, FixedClock, SystemClock
from core.desk.books import AccountBooks
from core.desk.desk import Desk
from core.desk.marks import Marks
from core.desk.opening import configured
from core.desk.recorded_week import RecordedWeek, ReplayCursor
from core.desk.replay import ScratchDesk
from core.ports import CallProgress, unheard
from core.rendering import PromptLibrary
from core.types import StoreKind
from providers.broker.replayed import ReplayedBroker
from providers.market.replayed import ReplayedQuotes
from storage.engine import MEMORY
from storage.event_store import SqlEventStore
from storage.locks import LocalLock
from storage.queries.log_tools import StoreLog
from storage.queries.reader import StoreReader

DEFAULT_SEED = 7


def build_desk(  # noqa: PLR0913 - what differs between faces is one keyword each
    settings: Settings,
    store: SqlEventStore,
    *,
    kind: StoreKind = StoreKind.REAL,
    clock: Clock | None = None,
    seed: int | None = None,
    heard: CallProgress = unheard,
) -> Desk:
    """A desk over an open store: the settings' policy, live ports, and the simulated broker.

    The seed is the store's own once it is configured. MarketError for a data folder that cannot be
    used.
    """
    known = configured(store)
    seed = known.seed if known is not None else DEFAULT_SEED if seed is None else seed
    clock = clock or SystemClock()
    alpaca = AlpacaConnections(secrets_of(settings))
    market = market_data(settings, seed, clock, kind=kind, store=store, alpaca=alpaca)
    bindings = bindings_of(settings, kind, store, alpaca)
    builder = BrokerBuilder(settings, kind, store, market, clock, alpaca, bindings)
    broker, statements = builder.build()
    beside = BesideBuilder(settings, kind, store, market, clock, alpaca, bindings)
    strategies = beside.strategies(heard)
    return Desk(
        policy=settings.policy,
        prompts=prompts_for(settings),
        kind=kind,
        seed=seed,
        store=store,
        books=AccountBooks(store),
        marks=Marks(store),
        clock=clock,
        calendar=calendar(),
        market=market,
        providers=live_providers(settings, store, market, clock, heard),
        broker=beside.broker(broker, strategies),
        lock=lock_for(store.engine),
        broker_name=settings.broker_of(kind),
        statements=statements,
        strategies=strategies,
        log=StoreLog(StoreReader(store.engine)),
    )


def scratch_desk(settings: Settings, store: SqlEventStore) -> ScratchDesk:
    """For a replay: an empty store in memory, and ports that answer from ``store`` alone."""

    def build(week: RecordedWeek, cursor: ReplayCursor) -> Desk:
        scratch = open_store(settings, MEMORY)
        known = configured(store)
        assert known is not None  # a week was run in it
        return Desk(
            policy=week.policy,
            prompts=PromptLibrary(week.templates),
            kind=known.kind,
            seed=known.seed,
            store=scratch,
            books=AccountBooks(scratch),
            marks=Marks(scratch),
            clock=FixedClock(week.run.as_of),
            calendar=calendar(),
            market=ReplayedQuotes(week.observed, known.market_source),
            providers=ReplayProviders(
                store, scratch, week.policy.profile.researchers, known.market_source
            ),
            broker=ReplayedBroker(week.orders, cursor),
            lock=LocalLock(),
            broker_name=known.broker,
        )

    return build
