"""What the calls under way say of themselves, for whoever watches; never part of history."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple


class CallWord(NamedTuple):
    """The newest word of one call: its name in the run, the model, a few words."""

    call: str
    model: str
    told: str


class CallBoard:
    """The `CallProgress` of a process: calls write on it from any thread, one listener reads along."""

    def __init__(self) -> None:
        self._words: dict[str, CallWord] = {}
        self._guard = threading.Lock()
        self._listener: Callable[[CallWord], None] | None = None

    def __call__(self, call: str, model: str, told: str) -> None:
        word = CallWord(call, model, told)
        with self._guard:
            self._words[call] = word
            listener = self._listener
        if listener is not None:
            listener(word)

    def listen(self, listener: Callable[[CallWord], None] | None) -> None:
        """From now on ``listener`` hears every word; None ends it."""
        with self._guard:
            self._listener = listener

    def words(self) -> tuple[CallWord, ...]:
        """The newest word of every call heard so far, in the order they began."""
        with self._guard:
            return tuple(self._words.values())
