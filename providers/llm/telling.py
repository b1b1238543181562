"""Tells whoever watches how much of a streamed answer there is, every few words."""

from __future__ import annotations

from core.ports import CallProgress
from core.schemas.model_call import ModelRequest

CHARACTERS_A_TOKEN = 4
"""English prose; providers count exactly only once the answer is whole."""
STEP = 20
"""Tokens between two words to the listener: a stream has thousands of events."""


class Telling:
    """Hears the characters so far of one call."""

    def __init__(self, progress: CallProgress, request: ModelRequest) -> None:
        self._progress = progress
        self._request = request
        self._told = 0

    def written(self, characters: int) -> None:
        tokens = characters // CHARACTERS_A_TOKEN
        if tokens >= self._told + STEP:
            self._told = tokens
            self._progress(self._request.call, self._request.model, f"about {tokens} tokens")
