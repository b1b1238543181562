"""Share links: ``/s/{token}`` opens one page of one week to whoever holds it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from config.signing import Signer
from config.tokens import share_of
from core.access import Grant, Role, Visitor
from core.clock import Clock
from core.errors import CouncilError
from core.types import WeekId
from storage.queries import StoreReader
from storage.queries.access import ShareLine, share

FORGED = "this share link is not one of this desk's: ask for a new one"
REVOKED = "this share link was taken back: ask for a new one"
EXPIRED = "this share link is over: ask for a new one"
UNREADABLE = "this share link cannot be looked up now: try again in a minute"


@dataclass(frozen=True, slots=True)
class Shares:
    """Tokens of share links: an id of the log and its signature."""

    signer: Signer
    reader: Callable[[], StoreReader]
    clock: Clock

    def found(self, token: str) -> ShareLine | str:
        """The open link behind a token, or the one line that says why there is none."""
        share_id = share_of(self.signer, token)
        if share_id is None:
            return FORGED
        try:
            line = share(self.reader(), share_id)
        except CouncilError:  # a store that cannot be read lets nobody in
            return UNREADABLE
        if line is None:
            return FORGED
        if line.revoked_at is not None:
            return REVOKED
        return line if line.is_open(self.clock.now()) else EXPIRED

    def guest(self, token: str) -> Visitor:
        """Who holds the link: a guest, or a stranger who is told why it opens nothing any more."""
        found = self.found(token)
        if isinstance(found, str):
            return Visitor(Role.STRANGER, "stranger", why=found)
        grant = Grant(found.page, found.week_id)
        return Visitor(Role.GUEST, f"guest of link {found.share_id}", (grant,))


def page_of(page: str, week_id: WeekId) -> str:
    """Where a link leads: the page's own clean address."""
    return f"/{quote(page)}?week={quote(week_id)}"
