"""The memory for a terminal: neighbours of a text, counts, and what `doctor` says of the embedder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from config.terminal import show
from config.terminal.doctor import Check
from core.clock import SystemClock, at_new_york
from core.errors import BadInput, CouncilError
from core.ports import Embedder
from core.schemas.setups import Collection, Neighbour
from storage.event_store import SqlEventStore
from storage.queries.memory import memory_standing
from storage.queries.reader import StoreReader

HASHING = "hashing"
ADVICE = "compares words alone: pip install -r requirements-embeddings.txt, then `memory reindex`"


def instant_of(day: str | None) -> datetime:
    """The end of a New York day, now by default; BadInput for what is no day."""
    if day is None:
        return SystemClock().now()
    try:
        return at_new_york(date.fromisoformat(day) + timedelta(days=1), time(0))
    except (ValueError, OverflowError) as error:
        raise BadInput(f"--as-of {day[:40]!r} is no day: write YYYY-MM-DD") from error


def show_found(found: Sequence[Neighbour], *, as_json: bool) -> None:
    if as_json:
        show.as_json([one.model_dump(mode="json") for one in found])
        return
    if not found:
        show.line("nothing like it was known by then (`memory status` says what is remembered)")
        return
    rows = [
        [
            f"{one.distance:.3f}",
            f"{one.document.happened_at:%Y-%m-%d}",
            one.document.label or one.document.symbol or "",
            one.document.text,
        ]
        for one in found
    ]
    show.table(["distance", "when", "what came of it", "what it was"], rows)


def show_gained(gained: Mapping[Collection, int], embedder: Embedder) -> None:
    told = ", ".join(f"{name} {gained.get(name, 0)}" for name in Collection)
    show.line(f"read again with {embedder.model}: {told}")


def status(store: SqlEventStore, embedder: Embedder, *, as_json: bool) -> None:
    standing = memory_standing(StoreReader(store.engine))
    if as_json:
        show.as_json(
            {
                "embedder": embedder.model,
                "dimensions": embedder.dimensions,
                "collections": [
                    {"name": one.name, "documents": one.documents, "model": one.model}
                    for one in standing.collections
                ],
            }
        )
        return
    show.line(f"texts are compared by {embedder.model}, {embedder.dimensions} dimensions")
    rows = [
        [one.name, str(one.documents), one.model or "", one.newest or ""]
        for one in standing.collections
    ]
    show.table(["collection", "documents", "model", "newest known"], rows)


def memory_checks(store: SqlEventStore, embedder_of: Callable[[], Embedder]) -> Iterator[Check]:
    """`doctor`: who compares texts, and whether what is kept is comparable."""
    try:
        embedder = embedder_of()
    except CouncilError as error:
        yield Check("memory", ok=False, detail=str(error))
        return
    lines = [one for one in memory_standing(StoreReader(store.engine)).collections if one.model]
    ours = (embedder.model, embedder.dimensions)
    for one in lines:
        if (one.model, one.dimensions) != ours:
            told = (
                f"{one.name} holds vectors of {one.model} ({one.dimensions}), not of {ours[0]} "
                f"({ours[1]}): run `memory reindex`"
            )
            yield Check("memory", ok=False, detail=told)
            return
    poor = embedder.model == HASHING
    told = f"{embedder.model}{f' {ADVICE}' if poor else ''}"
    count = sum(one.documents for one in lines)
    yield Check("memory", ok=True, detail=f"{told}; {count} documents remembered", warning=poor)
