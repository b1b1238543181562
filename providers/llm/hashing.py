"""The identity of a request: what it asks, of which model, under which settings."""

from __future__ import annotations

from core.canonical import fingerprint
from core.schemas.model_call import ModelRequest


def request_hash(request: ModelRequest) -> str:
    """SHA-256 over the recorded request; the brief and the schema's text are not part of it."""
    return fingerprint(request)
