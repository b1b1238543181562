"""The composition root: settings in, a desk with all its ports out; nothing else knows every adapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from sqlalchemy import Engine

from config.alpaca import AlpacaConnections
from config.connections import BrokerName
from config.language_models import language_models, price_list
from config.loading import ProfileChoice
from config.markets import MarketBuilder, sources_of
from config.preflight import preflight_of
from config.researchers import research_vendors
from config.run_ports import LiveProviders, ReplayProviders
from config.secrets import Secrets, load_secrets
from config.settings import Settings, load_settings
from core.clock import Clock, FixedClock, SystemClock, in_new_york
from core.desk.books import AccountBooks
from core.desk.desk import Desk
from core.desk.gate import DeskGate, KeyGate
from core.desk.marks import Marks
from core.desk.opening import configured
from core.desk.recorded_week import RecordedWeek, ReplayCursor
from core.desk.replay import ScratchDesk
from core.desk.sent_orders import SentOrders
from core.desk.spending import WeekSpending
from core.events import ALL_EVENTS
from core.policy import DeskPolicy
from core.ports import (
    Broker,
    CallProgress,
    Lock,
    MarketData,
    Statements,
    TradingCalendar,
    unheard,
)
from core.rendering import PromptLibrary, load_builtin
from core.types import AccountId, StoreKind, WeekId
from providers.alpaca.mid import AlpacaMid
from providers.broker.alpaca import AlpacaBroker
from providers.broker.fill_rules import FillRules
from providers.broker.gated import GatedBroker, GatedKey, GatedTogether
from providers.broker.replayed import ReplayedBroker
from providers.broker.simulated import SimulatedBroker
from providers.broker.virtual import VirtualBroker
from providers.market.calendar import XnysCalendar
from providers.market.replayed import ReplayedQuotes
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from storage.engine import PoolSettings, Synchronous, file_of
from storage.event_store import SqlEventStore
from storage.event_store import open_store as open_sql_store
from storage.locks import AdvisoryLock, FileLock, LeaderLock, LocalLock
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry

DEFAULT_SEED = 7
SIMULATED_SINCE = date(2012, 1, 3)
SIMULATED_YEARS_AHEAD = 2
"""Of the later of the desk's year and today's: a simulation that begins long ago reaches the present."""
"""How far beyond this year generated prices go, so that a running demo desk does not end."""
FRESH_S = 2.0
"""How long a look at the shared key's orders answers for all of them; a slot asks many times."""
MEMORY = "sqlite://"
SHARED = AccountId("key")
"""The one broker account that all of the desk's accounts share."""


def open_store(
    settings: Settings, url: str | None = None, *, synchronous: Synchronous = "FULL"
) -> SqlEventStore:
    """The event store at ``url`` (the settings' own by default), its read models up to date."""
    pool = settings.pool
    return open_sql_store(
        url or settings.database_url.get_secret_value(),
        registry=registry(),
        projections=ALL_PROJECTIONS,
        synchronous=synchronous,
        pool=PoolSettings(pool.min_size, pool.max_size, pool.command_timeout_s, pool.max_idle_s),
    )


def open_configured(
    store: str | None, profile: ProfileChoice | None = None
) -> tuple[Settings, SqlEventStore]:
    """An open store, with the settings its desk lives by.

    A profile that ``auto`` came to is kept; a demonstration or a simulation goes on by its own.
    """
    settings = load_settings(store=store, profile=profile)
    opened = open_store(settings)
    known = configured(opened)
    if known is None or profile is not None:
        return settings, opened
    if known.kind is StoreKind.REAL and settings.profile_choice != "auto":
        return settings, opened
    return load_settings(store=store, recorded_profile=known.profile), opened


@cache
def registry() -> EventRegistry:
    return EventRegistry(ALL_EVENTS)


@cache
def prompts() -> PromptLibrary:
    return load_builtin()


@cache
def calendar() -> TradingCalendar:
    return XnysCalendar()


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
    broker, statements = _broker(settings, kind, store, market, clock, alpaca)
    return Desk(
        policy=settings.policy,
        prompts=prompts(),
        kind=kind,
        seed=seed,
        store=store,
        books=AccountBooks(store),
        marks=Marks(store),
        clock=clock,
        calendar=calendar(),
        market=market,
        providers=live_providers(settings, store, market, clock, heard),
        broker=broker,
        lock=lock_for(store.engine),
        broker_name=broker_of(settings, kind),
        statements=statements,
    )


def market_data(  # noqa: PLR0913 - what differs between faces is one keyword each
    settings: Settings,
    seed: int,
    clock: Clock,
    *,
    kind: StoreKind,
    store: SqlEventStore,
    alpaca: AlpacaConnections,
) -> MarketData:
    """The chain of sources that configuration and keys allow, else generated prices that say so."""
    names = sources_of(settings, kind)
    if names == ("simulated",):
        years = [in_new_york(one.now()).year for one in (clock, SystemClock())]
        last_year = max(years) + SIMULATED_YEARS_AHEAD
        return simulated_market(settings.policy.symbols, seed, last_year)
    return MarketBuilder(settings, calendar(), clock, alpaca).chain(names, store)


@cache
def simulated_market(symbols: tuple[str, ...], seed: int, last_year: int) -> MarketData:
    """Generated prices to the end of ``last_year``; the same for everybody who asks."""
    period = SimulatedPeriod(SIMULATED_SINCE, date(last_year, 12, 31))
    return SimulatedMarket(symbols, seed, period, calendar())


def live_providers(
    settings: Settings,
    store: SqlEventStore,
    market: MarketData,
    clock: Clock,
    heard: CallProgress = unheard,
) -> LiveProviders:
    secrets = secrets_of(settings)
    return LiveProviders(
        store=store,
        policy=settings.policy,
        prompts=prompts(),
        model=language_models(settings, secrets, heard),
        market=market,
        calendar=calendar(),
        spending=week_spending(settings, store, clock),
        vendors=research_vendors(settings, secrets),
        heard=heard,
        check=preflight_of(settings, secrets),
    )


def week_spending(
    settings: Settings, store: SqlEventStore, clock: Clock
) -> Callable[[WeekId], WeekSpending]:
    """Each week's budget, one and the same for all who ask in this process."""
    known: dict[WeekId, WeekSpending] = {}
    limit, listed = settings.budget.week_usd, price_list(settings)

    def of(week_id: WeekId) -> WeekSpending:
        if week_id not in known:
            known[week_id] = WeekSpending(store, week_id, limit, listed, clock)
        return known[week_id]

    return of


def secrets_of(settings: Settings) -> Secrets:
    """The keys of the settings' own folder, those of named servers included."""
    named = {name: spec.key for name, spec in settings.endpoints.items() if spec.key}
    return load_secrets(settings.paths.root, endpoints=named)


def broker_of(settings: Settings, kind: StoreKind) -> BrokerName:
    """Who executes for a desk of this kind: play never leaves the simulated broker."""
    return settings.connections.broker if kind is StoreKind.REAL else "simulated"


def lock_for(engine: Engine, *, shared: bool = False) -> Lock:
    """Beside a SQLite file, in PostgreSQL, or for a store in memory within this process."""
    if engine.dialect.name != "sqlite":
        return AdvisoryLock(engine, shared=shared)
    file = file_of(engine.url)
    if file is None:
        return LocalLock()
    return FileLock(file.with_name(f"{file.name}.locks"), shared=shared)


def leader_lock(engine: Engine) -> Lock:
    """For the one process that leads: a former leader that froze with the lock keeps it from nothing."""
    return LeaderLock(lock_for(engine, shared=True))


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


def _broker(  # noqa: PLR0913, PLR0917 - a broker stands on all of these
    settings: Settings,
    kind: StoreKind,
    store: SqlEventStore,
    market: MarketData,
    clock: Clock,
    alpaca: AlpacaConnections,
) -> tuple[Broker, Statements | None]:
    """Who executes, and its own books where it keeps any."""
    name = broker_of(settings, kind)
    if name == "simulated":
        plain = _simulated_broker(settings.policy, kind, store, market, clock)
        return GatedBroker(plain, DeskGate(store)), None
    accounts, over_mcp = settings.policy.accounts, name == "alpaca_mcp"
    if not alpaca.shares_a_key(accounts):
        keys = alpaca.account_keys(accounts)
        apis = {account: alpaca.trading(key, over_mcp=over_mcp) for account, key in keys.items()}
        own = AlpacaBroker(apis, calendar(), clock)
        return GatedBroker(own, DeskGate(store)), own
    key = alpaca.shared_key()
    api = alpaca.trading(key, over_mcp=over_mcp)
    cash = {account.account_id: settings.policy.risk.starting_cash for account in accounts}
    inner = AlpacaBroker({SHARED: api}, calendar(), clock)
    mid = AlpacaMid(api, alpaca.market(key, over_mcp=over_mcp))
    behind = GatedKey(inner, KeyGate(store))
    shared = VirtualBroker(behind, SHARED, cash, store, clock, mid, FRESH_S)
    return GatedTogether(shared, DeskGate(store)), shared


def _simulated_broker(
    policy: DeskPolicy, kind: StoreKind, store: SqlEventStore, market: MarketData, clock: Clock
) -> SimulatedBroker:
    """The simulated broker, with every order the log says was sent in its books.

    It follows the log, for a scheduler and a command line each have one of their own; a simulation's
    log is written by one process alone, and is read once.
    """
    risk, log = policy.risk, SentOrders(store)
    broker = SimulatedBroker(
        market,
        clock,
        FillRules(
            slippage_bps=risk.slippage_bps,
            commission_bps=risk.commission_bps,
            shortable={asset.symbol: asset.shortable for asset in policy.assets},
            partial_fills=risk.partial_fills,
        ),
        {account.account_id: risk.starting_cash for account in policy.accounts},
        None if kind is StoreKind.SIMULATION else log,
    )
    broker.restore(*log.news())
    return broker
