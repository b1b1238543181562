"""What a command asks of the composition root, which it does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.settings import Settings
from core.desk.desk import Desk
from storage.event_store import SqlEventStore


@dataclass(frozen=True, slots=True)
class Faces:
    """``existing`` opens a store that is there (BadInput otherwise), ``desk`` builds its desk as of now."""

    existing: Callable[[str | None], tuple[Settings, SqlEventStore]]
    desk: Callable[[Settings, SqlEventStore], Desk]
    by: str = "operator"
