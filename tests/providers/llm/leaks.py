"""What an error gives away: itself, its causes and its contexts."""

from __future__ import annotations

from collections.abc import Iterator


def family(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]


def everything_said(error: BaseException) -> str:
    return "\n".join(f"{one!r} {one} {one.args} {vars(one)}" for one in family(error))
