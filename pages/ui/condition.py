"""What happens next, and is anything broken: both in sentences, from what the store knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.schemas.breaker import Cause, Halt
from core.types import AccountId, StoreKind
from pages.ui.components import who
from pages.ui.format import counted, short_moment, span, week, words
from pages.ui.overview_data import Trouble
from pages.ui.safe import safe
from storage.leases import Leader
from storage.queries import AccountLabel, DeskFacts, LastRun, RunStatus
from storage.queries.costs import BudgetStopLine
from storage.queries.schedule import ComingSlot
from storage.queries.vital_signs import VitalSigns

Labels = Mapping[AccountId, AccountLabel]
START = "nothing runs until `cli.py up`"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """The desk as it is at ``now``; ``stops`` are calls the week's budget did not allow."""

    now: datetime
    facts: DeskFacts | None
    leader: Leader | None
    signs: VitalSigns
    trouble: Trouble
    last_run: LastRun | None
    stops: Sequence[BudgetStopLine]

    @property
    def real(self) -> bool:
        """A desk of play is lived elsewhere: nobody leads it, and its prices end where it ends."""
        return self.facts is None or self.facts.kind is StoreKind.REAL

    @property
    def led(self) -> bool:
        return self.leader is not None and self.leader.alive


def whats_next(seen: Condition, ahead: Sequence[ComingSlot]) -> list[str]:
    """Sentences in Markdown, the first one the answer."""
    facts = seen.facts
    if facts is not None and facts.kind is StoreKind.SIMULATION:
        return ["Nothing: a simulation is over when `cli.py simulate` is done."]
    if facts is not None and facts.kind is StoreKind.DEMO and not seen.led:
        return [
            "Nothing: a demonstration shows weeks that are over. `cli.py init` makes a real desk."
        ]
    return [*_held_up(seen), *(_slot(slot, seen.now) for slot in ahead[:SHOWN])] or [
        "Nothing is planned: the scheduler plans a week ahead once it leads."
    ]


def _held_up(seen: Condition) -> Iterator[str]:
    """Why what is planned would not begin."""
    found = seen.trouble
    if not seen.led:
        yield f":orange-badge[nobody leads] {START.capitalize()}."
    if found.pause is not None:
        yield f":orange-badge[paused] Since {short_moment(found.pause.since)}: {safe(found.pause.reason)}"
    if found.proposal is not None and seen.now < found.proposal.expires_at:
        yield (
            f":orange-badge[your word] {len(found.proposal.pending)} accounts wait for approval until "
            f"{short_moment(found.proposal.expires_at)}."
        )


def _slot(slot: ComingSlot, now: datetime) -> str:
    wait = (slot.at - now).total_seconds()
    when = f"in {span(wait)}" if wait > 0 else f"due for {span(-wait)}"
    label = slot.slot.rpartition("/")[2]
    name = f"{words(slot.job)} {label}" if ":" in label else words(slot.job)
    return f"**{safe(name).capitalize()}** {short_moment(slot.at)} ET :gray[{when}]"


def broken(seen: Condition, labels: Labels) -> list[str]:
    """Everything that needs a look, in Markdown, the gravest first; empty when nothing does."""
    return [*_desk(seen), *_limits(seen.trouble, labels), *_work(seen)]


def _desk(seen: Condition) -> Iterator[str]:
    marks, broker = seen.signs.marks, seen.signs.broker
    if seen.real and not seen.led:
        yield f"Nobody leads: {START}."
    if seen.real and marks is not None and not marks.fresh:
        yield f"Prices are old: the newest mark is of {marks.session}, {marks.due} should be in."
    if broker is not None and broker.blocked:
        accounts = safe(", ".join(broker.blocked))
        yield f"Broker and ledger differ for {accounts}: they trade again once reconciled."


def _limits(found: Trouble, labels: Labels) -> Iterator[str]:
    if found.stop is not None:
        yield (
            f"Trading is disabled since {short_moment(found.stop.since)} by {safe(found.stop.by)}: "
            f"{safe(found.stop.reason)}"
        )
    for halt in found.halts:
        yield f"The breaker halts {_scope(halt, labels)}: {_cause(halt)}."


def _scope(halt: Halt, labels: Labels) -> str:
    kind, _, name = halt.scope.partition("/")
    if kind == "account":
        return who(labels.get(AccountId(name)), name)
    return f"the strategy {safe(words(name))}" if kind == "strategy" else "the whole desk"


def _cause(halt: Halt) -> str:
    if halt.cause is Cause.DRAWDOWN:
        return f"{halt.value:.1f} % below the peak, {halt.threshold:f} % halt"
    return f"{halt.value:f} losing trades in a row, {halt.threshold:f} halt"


def _work(seen: Condition) -> Iterator[str]:
    run, found = seen.last_run, seen.trouble
    if run is not None and run.status == RunStatus.FAILED:
        yield f"The run of the week of {week(run.week_id)} failed: {safe(run.problem or 'no reason')}"
    if found.slots:
        newest = found.slots[0]
        yield (
            f"{counted(len(found.slots), 'slot')} failed or missed in seven days, the last one "
            f"{safe(words(newest.job))} {short_moment(newest.at)}: {safe(newest.detail or newest.outcome)}"
        )
    if found.jobs:
        newest_job = found.jobs[0]
        yield (
            f"{counted(len(found.jobs), 'job')} failed in seven days, the last one "
            f"{safe(newest_job.key)}: {safe(newest_job.detail)}"
        )
    if seen.stops:
        yield f"{counted(len(seen.stops), 'call')} not made: the week's budget was spent."
