"""What a person may pin a note to, and how long it may be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from core.schemas.base import Schema
from core.types import WeekId

MAX_NOTE = 2_000
NAME = r"^[A-Za-z0-9._:/+@=-]{1,200}$"


class NoteKind(StrEnum):
    WEEK = "week"
    PITCH = "pitch"
    ORDER = "order"


class NoteSubject(Schema):
    """A week by its id, a pitch by its ``idea_id``, an order by its client order id.

    ``week_id`` is the week it belongs to, where that is known: the note is listed with it.
    """

    kind: NoteKind
    about: Annotated[str, Field(pattern=NAME)]
    week_id: WeekId | None = None


NoteText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NOTE)
]
"""As many signs as a note may have, in any letters."""
