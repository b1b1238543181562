"""The event store beside what it could have been: one run, synchronous=FULL, medians of 7."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from benchmarks.store_rivals import Core, Library, Raw, bare_row, scan
from core.events.envelope import Append, Event, NewEvent, StoredEvent
from core.types import StreamId
from storage.event_store import SqlEventStore, open_store
from storage.leases import Lease
from storage.replay import verified_replay
from storage.serialization import EventRegistry

ROUNDS, SINGLES, BATCHES, BATCH, LOG = 7, 200, 20, 100, 20_000
RAW = "raw sqlite3, same constraints"
STREAM = StreamId("account/acct_5")
START = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


class Checked(Event):
    """About as much as a checkpoint's decision carries (some 330 bytes of JSON)."""

    checkpoint_id: str
    account_id: str
    action: str
    conviction_before: float
    conviction_after: float
    reason: str
    price: str
    pnl: str
    indicators: Mapping[str, float]


def checked(number: int) -> Checked:
    return Checked(
        checkpoint_id=f"2026-11-18/12:00/{number}",
        account_id="acct_5",
        action="REDUCE",
        conviction_before=1.25,
        conviction_after=0.5,
        reason="price is below the frozen 20-day average and the position loses more than 2 %",
        price="412.3700",
        pnl="-1284.55",
        indicators={"rsi_14": 41.7, "sma_20": 418.112, "atr_14": 6.31, "z_20": -1.37},
    )


class LastAction:
    """A projection as small as a useful one: the last action of each account."""

    name = "last_action"
    types = frozenset({"Checked"})

    def reset(self, connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS last_action (account_id TEXT PRIMARY KEY, action TEXT)"
        )
        connection.exec_driver_sql("DELETE FROM last_action")

    def apply(self, connection: Connection, events: Sequence[StoredEvent]) -> None:
        connection.exec_driver_sql(
            "INSERT INTO last_action VALUES (?, ?) "
            "ON CONFLICT (account_id) DO UPDATE SET action = excluded.action",
            [(event.payload["account_id"], event.payload["action"]) for event in events],
        )


class Desk:
    """Our store and the number of events in its one stream."""

    def __init__(self, path: Path, *projections: LastAction) -> None:
        registry = EventRegistry([Checked])
        self.store: SqlEventStore = open_store(
            f"sqlite:///{path}", registry=registry, projections=projections
        )
        self.count = 0

    def lead(self) -> None:
        """From now on every append checks the lease."""
        lease = Lease(self.store.engine, holder="benchmark", ttl_s=600)
        lease.renew()
        self.store = self.store.fenced(lease)

    def append(self, new: NewEvent) -> None:
        self.store.commit([Append(STREAM, [new], self.count)])
        self.count += 1

    def batch(self, news: Sequence[NewEvent]) -> None:
        self.store.commit([Append(STREAM, news, self.count)])
        self.count += len(news)


def new_events(count: int) -> list[NewEvent]:
    """Made outside the clock, as the rows of the contenders are."""
    return [NewEvent(checked(n), uuid4(), START + timedelta(seconds=n)) for n in range(count)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


Measured = dict[str, float]
"""Contender to events per second."""


def medians(rounds: Callable[[int], Measured]) -> Measured:
    """Each contender's median over the rounds; all of them take part in every round."""
    results = [rounds(number) for number in range(ROUNDS + 1)][1:]  # the first one warms up
    return {name: statistics.median(r[name] for r in results) for name in results[0]}


def singles(folder: Path) -> Measured:
    ours, projected = Desk(folder / "one.db"), Desk(folder / "projected.db", LastAction())
    fenced = Desk(folder / "fenced.db")
    fenced.lead()
    core, library = Core(folder / "core.db"), Library(folder / "library.db")
    plain = checked(0).model_dump(mode="json")
    row = bare_row(0, plain)

    def one_round(_: int) -> Measured:
        news = new_events(SINGLES)
        took = {
            "ours": seconds(lambda: [ours.append(new) for new in news]),
            "ours, fenced by the lease": seconds(lambda: [fenced.append(new) for new in news]),
            "ours, with a projection": seconds(lambda: [projected.append(new) for new in news]),
            "SQLAlchemy Core, bare": seconds(lambda: [core.append(row) for _ in news]),
            "eventsourcing save": seconds(lambda: [library.append(plain) for _ in news]),
        }
        return {name: SINGLES / time for name, time in took.items()}

    with closing(ours.store), closing(fenced.store), closing(projected.store), closing(library):
        return medians(one_round)


def batches(folder: Path) -> Measured:
    ours = Desk(folder / "batch.db")
    unique = Raw(folder / "unique.db", unique=True)
    bare = Raw(folder / "bare.db", unique=False)
    plain = [checked(number).model_dump(mode="json") for number in range(BATCH)]

    def one_round(_: int) -> Measured:
        news = [new_events(BATCH) for _ in range(BATCHES)]
        keyed = [unique.rows(plain) for _ in range(BATCHES)]
        loose = [bare.rows(plain) for _ in range(BATCHES)]
        took = {
            "ours": seconds(lambda: [ours.batch(some) for some in news]),
            RAW: seconds(lambda: [unique.append(rows) for rows in keyed]),
            "raw sqlite3, no index": seconds(lambda: [bare.append(rows) for rows in loose]),
        }
        return {name: BATCHES * BATCH / time for name, time in took.items()}

    with closing(ours.store), closing(unique.connection), closing(bare.connection):
        return medians(one_round)


def replays(folder: Path) -> Measured:
    ours, library = Desk(folder / "log.db"), Library(folder / "library_log.db")
    news = new_events(LOG)
    ours.batch(news)
    library.fill([new.event.model_dump(mode="json") for new in news])

    def one_round(_: int) -> Measured:
        took = {
            "ours, verified and decoded": seconds(lambda: _drain(verified_replay(ours.store))),
            "raw sqlite3 scan": seconds(lambda: scan(folder / "log.db")),
            "eventsourcing replay": seconds(library.replay),
        }
        return {name: LOG / time for name, time in took.items()}

    with closing(ours.store), closing(library):
        return medians(one_round)


def _drain(events: Iterator[object]) -> None:
    for _ in events:
        pass


def report(title: str, measured: Measured, targets: Mapping[str, float]) -> bool:
    """Print a table; False when a ratio is below its target."""
    print(f"\n{title}")
    (first, ours), *_ = measured.items()
    good = True
    for name, rate in measured.items():
        line = f"  {name:<32} {rate:>10,.0f} events/s"
        if name != first:
            line += f"   ours is {ours / rate:5.2f} x"
        if name in targets:
            met = ours / rate >= targets[name]
            good = good and met
            line += f"  (target {targets[name]} x: {'met' if met else 'MISSED'})"
        print(line)
    return good


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single = {"SQLAlchemy Core, bare": 0.8, "eventsourcing save": 0.8}
        replay = {"raw sqlite3 scan": 0.3, "eventsourcing replay": 2.0}
        results = [
            report("One event a commit", singles(folder), single),
            report(f"{BATCH} events a commit", batches(folder), {RAW: 0.3}),
            report(f"Replay of {LOG:,} events", replays(folder), replay),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
