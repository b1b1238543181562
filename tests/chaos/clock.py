"""One simulated instant for all processes: a small file the driver writes and every clock reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import as_utc


class SharedClock:
    """The Clock port of process ``name``; what is wrong with that process's clock lies in a second file.

    The driver alone writes. A file is replaced whole, so no reader sees half an instant.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        self._file = folder / "clock"
        self._error = folder / f"clock.{name}"

    def now(self) -> datetime:
        instant = datetime.fromtimestamp(float(self._file.read_text()), UTC)
        return instant + timedelta(seconds=float(self._error.read_text()) if self._has_error else 0)

    def move_to(self, instant: datetime) -> None:
        """ValueError for a time before the present one."""
        if self._file.exists() and as_utc(instant) < self.now():
            raise ValueError(f"the chaos clock was asked to go back to {instant}")
        _replace(self._file, str(as_utc(instant).timestamp()))

    def be_wrong_by(self, error: timedelta) -> None:
        """This process's clock, and no other, goes wrong by so much; zero puts it right."""
        _replace(self._error, str(error.total_seconds()))

    @property
    def _has_error(self) -> bool:
        return self._error.exists()


def _replace(file: Path, text: str) -> None:
    new = file.with_name(f"{file.name}.new")
    new.write_text(text)
    new.replace(file)
