"""Who asks, and what they may: three roles and the stranger who has none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import NotAllowed
from core.types import WeekId

REPORT = "report"
"""The static file of a week: no page of the app, so its link makes nobody a guest of one."""
SHAREABLE = ("week", "conviction", "postmortem", REPORT)
"""Pages that show one week alone, so that a share link can grant it."""


class Role(StrEnum):
    """``OPERATOR`` reads and steers, ``VIEWER`` reads, ``GUEST`` sees what a share link grants."""

    OPERATOR = "operator"
    VIEWER = "viewer"
    GUEST = "guest"
    STRANGER = "stranger"
    """Nobody we know: may open nothing, and is asked to log in."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One page of one week."""

    page: str
    week_id: WeekId


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks; ``name`` is what stands as ``by`` in events, ``why`` what a stranger is told."""

    role: Role
    name: str
    grants: tuple[Grant, ...] = ()
    why: str = ""

    @property
    def may_steer(self) -> bool:
        return self.role is Role.OPERATOR

    @property
    def may_read(self) -> bool:
        """Whether every page and every read model is open."""
        return self.role in (Role.OPERATOR, Role.VIEWER)

    def may_open(self, page: str) -> bool:
        return self.may_read or any(grant.page == page for grant in self.grants)

    def may_see(self, page: str, week_id: WeekId) -> bool:
        """Whether this week may be shown on this page."""
        return self.may_read or Grant(page, week_id) in self.grants

    @property
    def granted_week(self) -> WeekId | None:
        """The only week a guest sees; None where every week is open, or none is."""
        return self.grants[0].week_id if self.grants and not self.may_read else None


STRANGER = Visitor(Role.STRANGER, "stranger")


def only_operator(visitor: Visitor) -> Visitor:
    """The visitor when it may steer; NotAllowed in one line otherwise."""
    if not visitor.may_steer:
        raise NotAllowed(
            f"a {visitor.role} may not do this: log in as operator, or ask the desk's operator"
        )
    return visitor


def only_reader(visitor: Visitor) -> Visitor:
    """The visitor when it may read everything; NotAllowed in one line otherwise."""
    if not visitor.may_read:
        raise NotAllowed(f"a {visitor.role} may not read this: log in as operator or viewer")
    return visitor
