"""Two configurations of the pickers on the same days: the figures of each, and in words what they tell."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from core.schemas.base import Schema, ShortText


class Estimated(Schema):
    """A fraction with its interval of 95 %; no interval while it is too early for one."""

    value: float | None
    low: float | None = None
    high: float | None = None


class ComparedSide(Schema):
    """One configuration: its file's name, and what it would have suggested on the days that count.

    ``hit_rate`` is the share of ``counted`` suggestions above 0, ``mean`` the mean over days of what
    an equal part in each brought.
    """

    name: ShortText
    fingerprint: str
    suggested: int = Field(ge=0)
    counted: int = Field(ge=0)
    hit_rate: Estimated
    mean: Estimated


class Differing(Schema):
    """One setting the two do not share, each side's value as text."""

    setting: ShortText
    first: str
    second: str


class Comparison(Schema):
    """Days on which both had a return that counts, at least ``fewest_days`` for a verdict.

    ``left_out`` days had none, or no bars. ``shared`` of the ``either`` symbols a day suggested by one
    or both were suggested by both. ``difference``: the second's mean less the first's, paired by day.
    """

    first: ComparedSide
    second: ComparedSide
    differing: tuple[Differing, ...]
    days: int = Field(ge=0)
    fewest_days: int = Field(ge=1)
    first_day: date | None
    last_day: date | None
    left_out: int = Field(ge=0)
    horizon: int = Field(ge=1)
    shared: int = Field(ge=0)
    either: int = Field(ge=0)
    difference: Estimated

    @property
    def verdict(self) -> str:
        """Plain words, and no winner where there is too little to tell."""
        if not self.differing:
            return "Both files say the same: there is nothing to compare."
        if self.days < self.fewest_days:
            return (
                f"Too early to tell: {self.days} days on which both had returns, at least "
                f"{self.fewest_days} are needed."
            )
        found = self.difference
        if found.value is None or found.low is None or found.high is None:
            return "No difference can be told: it does not vary from day to day."
        return self._told(found.value, found.low, found.high)

    def _told(self, value: float, low: float, high: float) -> str:
        told = (
            f"{self.second.name} less {self.first.name} is {value:+.2%} over {self.horizon} sessions, "
            f"95 % interval {low:+.2%} to {high:+.2%}."
        )
        if low <= 0 <= high:
            return f"No difference can be told: {told}"
        better, worse = (self.second, self.first) if low > 0 else (self.first, self.second)
        return f"{better.name} did better than {worse.name} on these days: {told}"
