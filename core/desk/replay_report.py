"""What a replay found: every event of the recorded week against the same event done again."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.desk.recorded_week import RecordedWeek
from core.desk.writing import MARKET_STREAM, account_stream, week_stream
from core.errors import CouncilError
from core.events.calls import ModelFellBack
from core.events.envelope import StoredEvent
from core.events.week import StageFailed, StagesMarkedStale
from core.ports import EventStore
from core.types import RunId, StreamId, WeekId

ATTEMPTS = (StageFailed.__name__, StagesMarkedStale.__name__)
"""What an attempt that came to nothing leaves behind; doing the week again needs no such attempt."""
DETOURS = (ModelFellBack.__name__,)
"""How an answer came about: a replay is given the answer itself, and asks nobody on the way to it."""
STAGE_OF = {
    "TargetSet": "order_plan",
    "OrderIntended": "order_plan",
    "CheckpointDecided": "checkpoint",
    "CheckpointLimited": "checkpoint",
    "NoNewPrice": "checkpoint",
    "PostmortemWritten": "postmortem",
}
"""The stage of events that do not say it themselves."""
LAST = sys.maxsize


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event that came out differently: where it stands, and what it is."""

    stream: str
    version: int
    type: str
    stage: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class ReplayReport:
    week_id: WeekId
    run_id: RunId
    streams: int
    events: int
    orders: int
    difference: Difference | None

    @property
    def identical(self) -> bool:
        return self.difference is None


def compare(
    store: EventStore, scratch: EventStore, week: RecordedWeek, failure: CouncilError | None
) -> ReplayReport:
    """``failure`` is what ended the replay early, if anything did."""
    originals: dict[str, list[StoredEvent]] = {}
    for row in store.read_all(week.first - 1):
        if row.position < week.end and _is_compared(row.stream_id, week):
            originals.setdefault(row.stream_id, []).append(row)
    resumed_at = max(
        (row.position for rows in originals.values() for row in rows if row.type in ATTEMPTS),
        default=0,
    )
    found = [
        difference
        for stream, rows in originals.items()
        for difference in differences_in(
            rows, _done_again(scratch, stream, rows), resumed_at, failure
        )
    ]
    rows = [row for stream in originals.values() for row in stream]
    return ReplayReport(
        week_id=week.run.week_id,
        run_id=week.run.run_id,
        streams=len(originals),
        events=len(rows),
        orders=sum(row.type == "OrderIntended" for row in rows),
        difference=min(found, key=lambda one: one[0])[1] if found else None,
    )


def _is_compared(stream: str, week: RecordedWeek) -> bool:
    """The week, the one it closes, its run's calls, the council's accounts and the prices they saw.

    Calls behind a research answer (``research/A/…``: the vendor's job, the editor's words, steps
    down) are not: a replay is given the answer itself, and asks nobody on the way to it.
    """
    run = f"run/{week.run.run_id}/"
    if stream.startswith(f"{run}research/") and stream.count("/") > run.count("/") + 1:
        return False
    weeks = (week_stream(week.run.week_id), week_stream(week.previous_week), MARKET_STREAM)
    accounts = (account_stream(account.account_id) for account in week.policy.accounts)
    return stream in (*weeks, *accounts) or stream.startswith(run)


def _done_again(
    scratch: EventStore, stream: str, rows: Sequence[StoredEvent]
) -> Sequence[StoredEvent]:
    """The replay's events of a stream, without what the week found there."""
    return list(scratch.read(StreamId(stream), rows[0].version - 1))


def differences_in(
    rows: Sequence[StoredEvent],
    again: Sequence[StoredEvent],
    resumed_at: int,
    failure: CouncilError | None,
    *,
    moved: bool = False,
) -> Iterator[tuple[int, Difference]]:
    """The first difference of one stream, with its position in the log.

    ``moved``: other events lie between these, so what they say is compared and not their hashes.
    """
    kept = _without_attempts(rows, again, resumed_at)
    moved = moved or len(kept) < len(rows)
    for row, replayed in zip(kept, again, strict=False):
        same = _content(row) == _content(replayed) if moved else row.hash == replayed.hash
        if not same:
            yield row.position, _difference(row, _what_differs(row, replayed))
            return
    if len(kept) > len(again):
        row = kept[len(again)]
        why = f"the replay stopped: {failure}" if failure else "the replay did not produce it"
        yield row.position, _difference(row, why)
    elif len(again) > len(kept):
        # One event more is a consequence: whatever else differs is named first.
        yield LAST, _difference(again[len(kept)], "the recorded week has no such event")


def _without_attempts(
    rows: Sequence[StoredEvent], again: Iterable[StoredEvent], resumed_at: int
) -> list[StoredEvent]:
    """The events that count: no failed attempt, and of a call made again only its last round.

    ``resumed_at`` is the position of the last failed attempt; a question asked before it and never
    again belongs to that attempt alone.
    """
    last = {_question(row): row.position for row in rows}
    asked = {_question(row) for row in again}
    return [
        row
        for row in rows
        if row.type not in (*ATTEMPTS, *DETOURS)
        and row.position == last[_question(row)]
        and (row.position > resumed_at or not _asks(row) or _question(row) in asked)
    ]


def _asks(row: StoredEvent) -> bool:
    return "request_hash" in row.payload


def _question(row: StoredEvent) -> tuple[object, ...]:
    """Equal for the rounds of one question: asked each time, then answered or failed."""
    if not _asks(row):
        return (row.position,)
    return (row.payload["request_hash"], row.type.endswith("Requested"))


def _content(row: StoredEvent) -> tuple[object, ...]:
    """What an event says, whatever its place in the stream."""
    return (row.type, row.schema_version, row.occurred_at, row.metadata, row.payload)


def _difference(row: StoredEvent, detail: str) -> Difference:
    return Difference(row.stream_id, row.version, row.type, _stage(row), detail)


def _stage(row: StoredEvent) -> str | None:
    """The stage, or the job whose slot saw a price; None for what belongs to neither."""
    named = row.payload.get("stage", STAGE_OF.get(row.type)) or row.payload.get("slot")
    return named.split("/")[0] if isinstance(named, str) else None


def _what_differs(row: StoredEvent, again: StoredEvent) -> str:
    """The first field of the envelope or the payload that is not the same."""
    for name in ("type", "event_id", "occurred_at", "schema_version", "metadata"):
        if getattr(row, name) != getattr(again, name):
            return f"{name} is {getattr(again, name)} instead of {getattr(row, name)}"
    keys = sorted({*row.payload, *again.payload})
    differing = [key for key in keys if row.payload.get(key) != again.payload.get(key)]
    return f"payload differs in {', '.join(differing)}" if differing else "an earlier event differs"
