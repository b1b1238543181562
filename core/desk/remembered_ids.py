"""The ids of what is remembered."""

from __future__ import annotations

from core.types import deterministic_id


def document_id(*what: object) -> str:
    """The same thing has the same id, whoever remembers it and how often."""
    return str(deterministic_id("remembered", *what))
