"""How the Alpaca server misbehaves: a script of faults, each for the requests it names."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True)
class Fault:
    """One way to misbehave.

    ``taken`` lets the exchange do what was asked before the answer goes wrong. ``status`` and ``body``
    replace the answer; ``edit`` changes the JSON of the real one. ``half`` cuts the body in the
    middle, ``drop`` closes the socket without an answer, ``stall_s`` waits before the answer,
    ``drip_s`` pauses between single bytes of it (of its head too). It applies to requests of
    ``method`` whose path starts with ``path``: the first ``times`` of them (None: all).
    """

    method: str = "POST"
    path: str = "/v2/orders"
    times: int | None = 1
    taken: bool = True
    status: int | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[object], object] | None = None
    half: bool = False
    drop: bool = False
    stall_s: float = 0.0
    drip_s: float = 0.0

    def fits(self, method: str, path: str) -> bool:
        return method == self.method and path.startswith(self.path)


class Faults:
    """The script; the first fault that fits a request and is not used up applies to it."""

    def __init__(self) -> None:
        self._planned: list[tuple[Fault, list[int]]] = []
        self._guard = threading.Lock()

    def plan(self, *faults: Fault) -> None:
        with self._guard:
            self._planned += [(fault, [0]) for fault in faults]

    def clear(self) -> None:
        with self._guard:
            self._planned.clear()

    def next(self, method: str, path: str) -> Fault | None:
        with self._guard:
            for fault, used in self._planned:
                if fault.fits(method, path) and (fault.times is None or used[0] < fault.times):
                    used[0] += 1
                    return fault
        return None


def broken(status: int, *, taken: bool, **more: object) -> Fault:
    """A JSON error of the gateway, before or after acceptance."""
    body = json.dumps({"code": status * 100000, "message": "gateway trouble"}).encode()
    return Fault(status=status, taken=taken, body=body, **more)


def with_word(key: str, word: str) -> Callable[[object], object]:
    """Edits an object's (or every object's of a list) ``key`` to a word nobody knows."""

    def edit(answer: object) -> object:
        if isinstance(answer, list):
            return [edit(each) for each in answer]
        return {**answer, key: word} if isinstance(answer, dict) and key in answer else answer

    return edit
