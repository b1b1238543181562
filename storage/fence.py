"""The check inside every append of a leader: is it still the one that leads?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import LeaseLost


@dataclass(frozen=True, slots=True)
class Fence:
    """A lease as this process won it; ``mark`` is the driver's placeholder.

    The holder is compared too: on a restored backup the tokens since then are given out anew.
    """

    name: str
    holder: str
    token: int
    mark: str

    def check(self, cursor: Any) -> None:
        """LeaseLost unless the lease still is as it was won; ``cursor`` holds the append lock.

        Winning a lease takes that lock too, so nobody can follow between this check and the commit.
        """
        sql = f"SELECT holder, token FROM leases WHERE name = {self.mark}"  # noqa: S608 - a mark
        row = cursor.execute(sql, (self.name,)).fetchone()
        if row is not None and tuple(row) == (self.holder, self.token):
            return
        holder, token = row or (None, None)
        now = "nobody" if holder is None else f"{holder} (token {token})"
        raise LeaseLost(
            f"{now} holds the {self.name} lease, no longer {self.holder} (token {self.token}): "
            "it stopped writing; let it stand by, or start it again"
        )
