"""What the terminal says of a round of discovery and of the watchlist."""

from __future__ import annotations

from config.terminal import show
from core.clock import in_new_york
from core.discovery.sectors import told_by
from core.discovery.watchlist import Watchlist
from core.events.discovery import DiscoveryRan

HEADS = ("symbol", "score", "source", "pinned", "since (New York)", "reason")


def told(ran: DiscoveryRan, watchlist: Watchlist, *, as_json: bool = False) -> None:
    """One round, then the list it left."""
    if as_json:
        show.as_json({"round": ran.model_dump(mode="json"), "watchlist": _rows(watchlist)})
        return
    show.line(
        f"looked at {ran.looked_at} of {ran.universe} symbols ({ran.universe_source}, listed "
        f"{ran.universe_day}), {ran.sessions} sessions to {ran.last_session}, prices "
        f"{ran.source} ({ran.feed or 'no feed named'})"
    )
    picked = ", ".join(f"{picker} {count}" for picker, count in ran.picked.items())
    sectors = told_by(ran.sectors, ran.sectors_day, in_new_york(ran.as_of).date())
    show.line(f"sectors: {sectors}; other facts: {ran.facts_source}")
    show.line(f"picked: {picked}")
    for why, count in ran.dropped.items():
        show.line(f"left out: {count} {why}")
    for note in ran.notes:
        show.line(note)
    listed(watchlist)


def listed(watchlist: Watchlist, *, as_json: bool = False) -> None:
    if as_json:
        show.as_json({"watchlist": _rows(watchlist)})
        return
    if not watchlist.entries:
        show.line("the watchlist is empty: `discovery run` fills it, `discovery include` adds one")
        return
    show.table(
        HEADS,
        [
            (
                entry.symbol,
                f"{entry.score:.3f}",
                entry.source.value,
                "yes" if entry.pinned else "",
                f"{in_new_york(entry.added_at):%Y-%m-%d %H:%M}",
                entry.reason,
            )
            for entry in watchlist.entries
        ],
    )
    for symbol, word_of in watchlist.excluded.items():
        show.line(f"excluded: {symbol} by {word_of.by}: {word_of.reason}")


def word(symbol: str, what: str) -> None:
    show.line(f"{symbol} {what}")


def _rows(watchlist: Watchlist) -> list[dict[str, object]]:
    return [entry.model_dump(mode="json") for entry in watchlist.entries]
