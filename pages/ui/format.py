"""Numbers with their units and instants in New York time; what is unknown is ``n/a``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from core.clock import in_new_york
from core.types import Direction, WeekId, wednesday

UNKNOWN = "n/a"


def dollars(value: Decimal | float | None, places: int = 0) -> str:
    """``$101,234``; a loss is ``-$12``, and one that rounds to nothing ``$0``."""
    if value is None:
        return UNKNOWN
    return f"{'-' if round(float(value), places) < 0 else ''}${abs(value):,.{places}f}"


def signed_dollars(value: Decimal | float | None) -> str:
    """``+$1,234``."""
    if value is None:
        return UNKNOWN
    return f"{'+' if round(float(value)) > 0 else ''}{dollars(value)}"


def percent(fraction: float | Decimal | None, places: int = 1) -> str:
    """A share without sign for the positive: 0.57 → ``57.0%``."""
    return UNKNOWN if fraction is None else f"{float(fraction) * 100:.{places}f}%"


def signed_percent(fraction: float | Decimal | None, places: int = 1) -> str:
    """A change: 0.041 → ``+4.1%``."""
    return (
        UNKNOWN
        if fraction is None
        else f"{round(float(fraction) * 100, places) + 0.0:+.{places}f}%"
    )


def points(fraction: float | None) -> str:
    """A difference of two returns in percentage points: ``+1.3 pp``."""
    return UNKNOWN if fraction is None else f"{round(fraction * 100, 1) + 0.0:+.1f} pp"


def number(value: float | None, places: int = 2) -> str:
    return UNKNOWN if value is None else f"{value:.{places}f}"


def conviction(value: float) -> str:
    """On the scale of −2 to +2, with its sign: ``+1.07``."""
    return f"{value:+.2f}" if value else "0"


def shares(value: Decimal) -> str:
    """Without trailing zeros: ``914``, ``3.5``."""
    return f"{value.normalize():,f}"


def day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b %Y}"


@lru_cache(maxsize=2048)
def week(week_id: WeekId) -> str:
    """``Wed 9 Dec 2020``."""
    return day(wednesday(week_id))


def moment(instant: datetime) -> str:
    """``Wed 9 Dec 2020, 08:00 ET``."""
    local = in_new_york(instant)
    return f"{day(local)}, {local:%H:%M} ET"


def duration(seconds: float | None) -> str:
    """``86 ms``, ``4.2 s``, ``31 min``."""
    if seconds is None:
        return UNKNOWN
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def span(seconds: float) -> str:
    """A wait or a delay in its two largest units: ``42 s``, ``12 min``, ``3 h 10 min``, ``2 d 4 h``."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if minutes < 1:
        return f"{max(seconds, 0):.0f} s"
    if hours < 1:
        return f"{minutes} min"
    whole, unit, rest, part = (
        (hours, "h", minutes % 60, "min") if hours < 24 else (hours // 24, "d", hours % 24, "h")
    )
    return f"{whole} {unit} {rest} {part}" if rest else f"{whole} {unit}"


def short_moment(instant: datetime) -> str:
    """``Wed 9 Dec, 08:00``: New York time where the year and the zone are said beside it."""
    local = in_new_york(instant)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def trade(instrument: str | None, direction: Direction) -> str:
    """``LONG HYG``, or ``FLAT``."""
    return direction.value if instrument is None else f"{direction} {instrument}"


def words(name: str) -> str:
    """A field's name for people: ``edge_plausibility`` → ``edge plausibility``."""
    return name.replace("_", " ")


def counted(number: int, what: str) -> str:
    """``1 call``, ``3 calls``."""
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
