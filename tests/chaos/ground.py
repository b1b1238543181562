"""What a chaos run stands on: a folder, a store, an exchange, a seed; shared by all its processes."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from config.settings import Settings, load_settings
from config.wiring import registry
from core.overrides import with_overrides
from storage.engine import PoolSettings
from storage.event_store import SqlEventStore, open_store
from storage.projections import ALL_PROJECTIONS
from tests.chaos.writers import Writers
from tests.cli.clean_environment import copied_root

BrokerKind = Literal["six keys", "one key", "simulated"]
LEASE_S = 1.0
POOL = PoolSettings(min_size=5, max_size=15, command_timeout=2.0)


@dataclass(frozen=True)
class Ground:
    """``store`` is a database URL, ``exchange`` the address of the loopback Alpaca."""

    folder: str
    store: str
    exchange: str
    broker: BrokerKind
    seed: int

    @property
    def path(self) -> Path:
        return Path(self.folder)

    @property
    def root(self) -> Path:
        """The project root of these processes: the delivered configuration, backups, exports."""
        root = self.path / "root"
        return root if root.exists() else copied_root(root)

    def settings(self) -> Settings:
        """The rules profile, whose seats are asked at checkpoints too: there are more orders then."""
        settings = load_settings(self.root, env={}, profile="rules", store=self.store)
        policy = with_overrides(settings.policy, {"checkpoints.engine": "model"})
        return settings.model_copy(update={"policy": policy})

    def open(self, writers: Writers | None = None) -> SqlEventStore:
        """The store, with every commit noted by ``writers``; without them it is only to be read."""
        projections = [] if writers is None else [*ALL_PROJECTIONS, writers]
        return open_store(
            self.store,
            registry=registry(),
            projections=projections,
            synchronous="NORMAL",
            pool=POOL,
        )

    def save(self, file: Path) -> Path:
        file.write_text(json.dumps(asdict(self)))
        return file


def saved(file: Path) -> Ground:
    return Ground(**json.loads(file.read_text()))


def say(line: object) -> None:
    """To the log of this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
