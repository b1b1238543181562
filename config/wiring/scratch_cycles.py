"""A desk that does a cycle again: an empty store in memory, one strategy, answers of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.run_ports import ReplayProviders
from config.settings import Settings
from config.wiring.prices import calendar
from config.wiring.stores import open_store
from core.clock import FixedClock
from core.desk.books import AccountBooks
from core.desk.cycle_replay import ScratchCycle
from core.desk.cycle_trades import CycleTrades
from core.desk.desk import Desk
from core.desk.marks import Marks
from core.desk.opening import desk_kind
from core.desk.recalled import RecordedRecall
from core.desk.recorded_cycle import RecordedCycle
from core.desk.recorded_week import ReplayCursor
from core.desk.strategy_ports import Strategy
from core.errors import NoBars
from core.market import Headline
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.schemas.cycle import NO_FEED, NO_MEMORY, CycleMarket
from core.schemas.run import RunSpec
from providers.broker.replayed import ReplayedBroker
from providers.call_log import CallLog
from providers.llm.recording import RecordingModel
from providers.llm.replay import ReplayModel
from providers.llm.replayed_stops import ReplayedStops
from providers.market.replayed import ReplayedQuotes
from storage.engine import MEMORY
from storage.event_store import SqlEventStore
from storage.locks import LocalLock

ANY_SEED = 7
"""Nothing is drawn in a replay: prices and fills are recorded."""


class SilentFeed:
    """Stands where a news feed stood: its headlines are in the frozen market."""

    source = "replay"

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        raise NoBars("a replay reads no headlines: those the cycle saw are in its frozen market")


def scratch_cycle(settings: Settings, store: SqlEventStore) -> ScratchCycle:
    """For a replay of cycles recorded in ``store``."""

    def build(known: RecordedCycle, cursor: ReplayCursor) -> Desk:
        scratch = open_store(settings, MEMORY)
        source = known.market.source
        return Desk(
            policy=settings.policy,
            prompts=PromptLibrary(known.templates),
            kind=desk_kind(store),
            seed=ANY_SEED,
            store=scratch,
            books=AccountBooks(scratch),
            marks=Marks(scratch),
            clock=FixedClock(known.cycle.run.as_of),
            calendar=calendar(),
            market=ReplayedQuotes((), source),
            providers=ReplayProviders(store, scratch, {}, source),
            broker=ReplayedBroker(known.orders, cursor),
            lock=LocalLock(),
            strategies=(_strategy(known, store, scratch),),
        )

    return build


def _strategy(known: RecordedCycle, store: SqlEventStore, scratch: SqlEventStore) -> Strategy:
    def models(run: RunSpec) -> LanguageModel:
        heard = CallLog(store, run)
        return RecordingModel(ReplayedStops(ReplayModel(heard), heard), CallLog(scratch, run))

    def no_sectors(_symbols: Sequence[str], _as_of: datetime) -> Mapping[str, str]:
        return {}

    spec, account = known.strategy, known.cycle.spec.account_id
    return Strategy(
        spec=spec,
        agents=known.agents,
        market=ReplayedQuotes((), known.market.source),
        models=models,
        sectors=no_sectors,
        trades=CycleTrades(scratch, spec.name, account),
        news=None if known.market.news == NO_FEED else SilentFeed(),
        recall=RecordedRecall(()) if _was_asked(known.market) else None,
    )


def _was_asked(market: CycleMarket) -> bool:
    """Whether the cycle had a memory, silent or not; before it could be silent that was one word."""
    return market.known_setups or market.memory not in ("", NO_MEMORY)
