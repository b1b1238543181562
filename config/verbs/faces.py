"""What a verb asks of the composition root and of the pages, neither of which it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import typer

from config.loading import ProfileChoice
from config.settings import Settings, load_settings
from config.terminal import options
from core.clock import Clock
from core.desk.cycle_replay import ScratchCycle
from core.desk.desk import Desk
from core.desk.discovering import Discovery
from core.desk.opening import desk_kind
from core.desk.replay import ScratchDesk
from core.errors import BadInput
from core.memory import Memory
from core.ports import CallProgress, TradingCalendar, unheard
from core.strategy import StrategySpec
from core.types import StoreKind, WeekId
from storage.engine import Synchronous, is_missing
from storage.event_store import SqlEventStore
from storage.queries import StoreReader


class Wiring(Protocol):
    """What `config.wiring` gives to verbs; each is described there."""

    def calendar(self) -> TradingCalendar: ...

    def open_store(
        self, settings: Settings, url: str | None = None, *, synchronous: Synchronous = "FULL"
    ) -> SqlEventStore: ...

    def open_configured(
        self, store: str | None, profile: ProfileChoice | None = None
    ) -> tuple[Settings, SqlEventStore]: ...

    def build_desk(
        self,
        settings: Settings,
        store: SqlEventStore,
        *,
        kind: StoreKind = StoreKind.REAL,
        clock: Clock | None = None,
        seed: int | None = None,
        heard: CallProgress = unheard,
    ) -> Desk: ...

    def discovery_of_strategy(
        self, settings: Settings, desk: Desk, spec: StrategySpec
    ) -> Discovery: ...

    def memory_of(self, settings: Settings, store: SqlEventStore) -> Memory: ...

    def scratch_desk(self, settings: Settings, store: SqlEventStore) -> ScratchDesk: ...

    def scratch_cycle(self, settings: Settings, store: SqlEventStore) -> ScratchCycle: ...


@dataclass(frozen=True, slots=True)
class Faces:
    """The composition root, and ``report``, which renders a week as HTML; ``by`` signs what is asked."""

    wiring: Wiring
    report: Callable[[StoreReader, WeekId], str]
    by: str = "operator"

    @staticmethod
    def of(context: typer.Context) -> Faces:
        """The faces the command line was made with."""
        found = context.obj
        assert isinstance(found, Faces)  # cli.py puts them there
        return found

    def existing(
        self, store: str | None, profile: str | None = None
    ) -> tuple[Settings, SqlEventStore]:
        """An open store that is there; BadInput for a file nobody has made: reading makes none."""
        asked = options.profile(profile)
        settings = load_settings(store=store, profile=asked)
        if is_missing(settings.database_url.get_secret_value()):
            raise BadInput(
                f"there is no store at {settings.store_shown}: `run_weekly`, `simulate` or `demo` "
                "makes one, --store URL names another"
            )
        return self.wiring.open_configured(store, asked)

    def desk(self, store: str | None) -> Desk:
        """The desk of a store that is there, as of now."""
        settings, opened = self.existing(store)
        return self.wiring.build_desk(settings, opened, kind=desk_kind(opened))
