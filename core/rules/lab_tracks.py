"""Track records of the lab: a line's weeks under one model; another model begins another record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.rules.lab_picks import CHAIRMAN, FIXED, HALVED, PM, WITHOUT
from core.types import AccountId, WeekId

OF_THE_CHAIRMAN = frozenset({CHAIRMAN, HALVED, FIXED})
FROM_THE_START = WeekId("")


@dataclass(frozen=True, slots=True)
class Tenure:
    """A model in a seat from week ``since`` (``""``: from the start) to before ``until``."""

    model: str
    since: WeekId
    until: WeekId | None

    def holds(self, week_id: WeekId) -> bool:
        return self.since <= week_id and (self.until is None or week_id < self.until)


Lineages: TypeAlias = Mapping[AccountId, tuple[Tenure, ...]]
"""By account, oldest first."""


@dataclass(frozen=True, slots=True)
class Track:
    """A line as one model traded it; ``tenure`` None for lines that are nobody's.

    ``key`` is the line's name for who sits there now, and the line's with the week for those before.
    """

    key: str
    line: str
    tenure: Tenure | None


def tenures(seated: Sequence[tuple[WeekId, str]]) -> tuple[Tenure, ...]:
    """From (since, model) of one account; a model that stays through a change goes on."""
    kept = [
        one
        for number, one in enumerate(sorted(seated))
        if not number or one[1] != sorted(seated)[number - 1][1]
    ]
    ends = [since for since, _ in kept[1:]]
    return tuple(
        Tenure(model, since, until)
        for (since, model), until in zip(kept, [*ends, None], strict=True)
    )


def account_of(line: str, council: AccountId) -> AccountId | None:
    """The account whose model a line's record belongs to; None for votes, lots and benchmarks."""
    if line in OF_THE_CHAIRMAN:
        return council
    for prefix in (PM, WITHOUT):
        if line.startswith(prefix):
            return AccountId(line.removeprefix(prefix))
    return None


def tracks(
    lines: Sequence[str], lineages: Lineages, council: AccountId, weeks: Sequence[WeekId]
) -> Iterator[Track]:
    """Every record with at least one of ``weeks``, in the order of the lines, newest model first."""
    for line in lines:
        account = account_of(line, council)
        held = lineages.get(account, ()) if account is not None else ()
        if not held:
            yield Track(line, line, None)
        for tenure in reversed(held):
            if any(tenure.holds(week) for week in weeks):
                key = line if tenure.until is None else f"{line}@{tenure.until}"
                yield Track(key, line, tenure)
