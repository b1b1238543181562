"""Logins and bearer tokens: made for a pass of the log, read back while that pass is good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from config.passwords import Passwords
from config.signing import Signer
from config.tokens import pass_of, pass_token
from core.access import Role, Visitor
from core.clock import Clock
from core.errors import CouncilError
from core.events.access import PassIssued, PassKind
from storage.queries import StoreReader
from storage.queries.access import one_pass

LASTS = timedelta(hours=12)
"""A login's life: a working day."""
ROLES = (Role.OPERATOR, Role.VIEWER)


@dataclass(frozen=True, slots=True)
class Passes:
    """Tokens of passes. A login names its role's password, so that a new password ends it."""

    signer: Signer
    passwords: Passwords
    reader: Callable[[], StoreReader]
    clock: Clock

    def cookie_of(self, issued: PassIssued) -> str:
        """The word a browser shows from now on; it is kept nowhere here."""
        stamp = self.passwords.stamp(issued.role)
        return pass_token(self.signer, issued.kind, issued.role, stamp, issued.pass_id)

    def login(self, cookie: str) -> Visitor | None:
        """Whose login a cookie is; None for one that is forged, over or logged out."""
        return next(self._good(PassKind.LOGIN, self._logins(cookie)), None)

    def bearer(self, token: str) -> Visitor | None:
        """Whose token it is; None for one that is forged, over or taken back."""
        found = ((role, pass_of(self.signer, PassKind.TOKEN, role, "", token)) for role in ROLES)
        return next(self._good(PassKind.TOKEN, found), None)

    def pass_id(self, cookie: str) -> str | None:
        """The pass behind a login's cookie, over or not; None for a forged one."""
        return next((given for _, given in self._logins(cookie) if given), None)

    def _logins(self, cookie: str) -> Iterator[tuple[Role, str | None]]:
        for role in ROLES:
            if stamp := self.passwords.stamp(role):
                yield role, pass_of(self.signer, PassKind.LOGIN, role, stamp, cookie)

    def _good(self, kind: PassKind, found: Iterator[tuple[Role, str | None]]) -> Iterator[Visitor]:
        for role, given in found:
            try:
                known = one_pass(self.reader(), given) if given else None
            except CouncilError:  # a store that cannot be read lets nobody in
                return
            fits = known is not None and (known.kind, known.role) == (kind, role)
            if known is not None and fits and known.is_open(self.clock.now()):
                yield Visitor(role, known.name)
