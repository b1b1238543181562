"""Answers kept in this process until the log moves: found once, for everybody who asks the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
MOST = 64
ABSENT = object()


class _Answer:
    """One answer, or its place while somebody is looking for it."""

    __slots__ = ("finding", "value")

    def __init__(self) -> None:
        self.finding = Lock()
        self.value: object = ABSENT


class Kept(Generic[P, R]):
    """A function of a `StoreState` and what is asked of it, whose newest `MOST` answers are kept.

    Where ten people ask at once one of them looks and the others wait for it; an error is kept for
    nobody. Everybody gets the very same object, so it has to be frozen: nothing is copied, which is
    what `st.cache_data` spends its time on. Who may see an answer is asked outside, each time.
    """

    def __init__(self, find: Callable[P, R]) -> None:
        self._find = find
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._guard = Lock()
        update_wrapper(self, find)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        answer = self._place((args, *sorted(kwargs.items())))
        if answer.value is ABSENT:
            with answer.finding:
                if answer.value is ABSENT:
                    answer.value = self._find(*args, **kwargs)
        return answer.value  # type: ignore[return-value]  # ABSENT or what `find` gave

    def _place(self, key: Hashable) -> _Answer:
        with self._guard:
            answer = self._answers.setdefault(key, _Answer())
            self._answers.move_to_end(key)
            if len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return answer


def kept(find: Callable[P, R]) -> Kept[P, R]:
    """``@kept`` on a read whose arguments can be hashed."""
    return Kept(find)
