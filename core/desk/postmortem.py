"""The postmortem: a week compared across its accounts, provisional first, final after its exits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.history import WeekHistory, week_history
from core.desk.runs import official_run
from core.desk.week_record import leg_of, week_record
from core.desk.writing import new_event, week_stream
from core.errors import BadInput
from core.events.envelope import Append, event_id
from core.events.week import PostmortemWritten, WeekClosed
from core.rules.account_book import AccountBook, WeekBook
from core.rules.ledger import equity
from core.rules.postmortem_scores import AccountRecord, week_scores
from core.rules.postmortem_text import RULES, week_text
from core.rules.week_boundary import boundary_equity
from core.schemas.postmortem import AccountWeek, Postmortem
from core.types import AccountId, CheckpointAction, WeekId, wednesday, week_of

PROVISIONAL, FINAL = "provisional", "final"


def write_provisional(desk: Desk, week_id: WeekId, at: datetime) -> str:
    """The 07:30 postmortem, on the last close; nothing to do for a week nobody ran or took up."""
    if official_run(desk.store, week_id) is None:
        return f"week {week_id} has no run"
    if not any(_took_part(book, week_id) for book in _books(desk)):
        return f"week {week_id} was never executed"
    if not was_written(desk, week_id, PROVISIONAL):
        _write(desk, week_id, PROVISIONAL, at)
    return f"week {week_id}: provisional"


def finalise_if_ended(desk: Desk, at: datetime) -> str | None:
    """The final postmortem of the week before, once every exit fill is in."""
    this_week = week_of(in_new_york(at).date())
    ended = week_of(wednesday(this_week) - timedelta(days=1))
    if official_run(desk.store, ended) is None or was_written(desk, ended, FINAL):
        return None
    books = _books(desk)
    if not any(_took_part(book, ended) for book in books):
        return None
    if not all(_has_ended(book, ended) for book in books):
        return None
    _write(desk, ended, FINAL, at)
    return ended


def _books(desk: Desk) -> list[AccountBook]:
    return [desk.books.book(account.account_id) for account in desk.policy.accounts]


def _has_ended(book: AccountBook, week_id: WeekId) -> bool:
    """Its exits are filled: the next week took over with nothing pending, or all is closed."""
    if book.open_orders or book.week is None:
        return False
    if book.week.week_id == week_id:
        return not book.ledger.positions
    return True


def _took_part(book: AccountBook, week_id: WeekId) -> bool:
    """Whether it is one of the two weeks the account's book still knows."""
    return any(week is not None and week.week_id == week_id for week in (book.week, book.previous))


def was_written(desk: Desk, week_id: WeekId, status: str) -> bool:
    """Whether the week has its provisional or final postmortem."""
    stream = week_stream(week_id)
    found = event_id(stream, PostmortemWritten.__name__, week_id, status)
    return desk.store.find(str(found)) is not None


def _write(desk: Desk, week_id: WeekId, status: str, at: datetime) -> None:
    """The postmortem and, with the final one, the week's end: one transaction."""
    stream = week_stream(week_id)
    written = PostmortemWritten(postmortem=compare(desk, week_id, status, at))
    events = [new_event(stream, written, [week_id, status], at, week_id=week_id)]
    if status == FINAL:
        closed = WeekClosed(week_id=week_id)
        events.append(new_event(stream, closed, [week_id], at, week_id=week_id))
    desk.store.commit([Append(stream, events, desk.store.head(stream).version)])


def compare(desk: Desk, week_id: WeekId, status: str, at: datetime) -> Postmortem:
    """The week as it stands at ``at``; BadInput when no account took part in it."""
    weeks = [_account_week(desk, book, week_id, at) for book in _books(desk)]
    accounts = tuple(week for week, _ in filter(None, weeks))
    records = [record for _, record in filter(None, weeks)]
    first = desk.calendar.session_on_or_after(wednesday(week_id))
    last = desk.calendar.session_on_or_before(wednesday(week_id) + timedelta(days=6))
    if not accounts:
        raise BadInput(f"week {week_id} was never executed: there is nothing to compare")
    council = desk.policy.profile.council_account
    seats = {seat.account_id for seat in desk.policy.profile.seats}
    pms = [week for week in accounts if week.account_id in seats]
    best = max(pms, key=lambda week: week.week_return, default=None)
    report = Postmortem(
        week_id=week_id,
        first_session=first,
        last_session=last,
        provisional=status == PROVISIONAL,
        accounts=accounts,
        council_return=_return_of(accounts, council),
        mean_pm_return=sum(pm.week_return for pm in pms) / len(pms) if pms else None,
        best_pm=best.account_id if best else None,
        best_pm_return=best.week_return if best else None,
        text="",
        text_by=RULES,
        scores=week_scores(week_record(desk, week_id, (first, last)), records, council),
    )
    return report.model_copy(update={"text": week_text(report)})


def _return_of(accounts: Sequence[AccountWeek], account_id: AccountId) -> float | None:
    return next((week.week_return for week in accounts if week.account_id == account_id), None)


def _account_week(
    desk: Desk, book: AccountBook, week_id: WeekId, at: datetime
) -> tuple[AccountWeek, AccountRecord] | None:
    week = book.week
    if week is not None and week.week_id != week_id:
        week = book.previous
    if week is None or week.week_id != week_id:
        return None
    history = week_history(desk, book.account_id, week)
    start, end = _equities(desk, book, week, history, at)
    acted = history.decisions
    record = AccountRecord(book.account_id, end - start, acted, leg_of(book, week, history))
    shown = AccountWeek(
        account_id=book.account_id,
        instrument=week.target.instrument,
        direction=week.target.direction,
        conviction_first=week.target.conviction,
        conviction_last=week.conviction,
        equity_start=start,
        equity_end=end,
        pnl=end - start,
        week_return=float(end / start - 1) if start else 0.0,
        thesis_right=_thesis_right(desk, week, week_id),
        fired=tuple(decision.rule for decision in acted if decision.invalidated),
        actions=tuple(
            f"{in_new_york(decision.timestamp):%a} {decision.time} {decision.action}"
            for decision in acted
            if decision.action is not CheckpointAction.STAY
        ),
        panic_exits=sum(decision.panic for decision in acted),
    )
    return shown, record


def _equities(
    desk: Desk, book: AccountBook, week: WeekBook, history: WeekHistory, at: datetime
) -> tuple[Decimal, Decimal]:
    """Equity where the week began and where it ended (so far), in USD."""
    assert week.start is not None  # every TargetSet keeps the ledger it found
    marks = desk.marks.before(week.entry_session)
    start = boundary_equity(week.start, history.closing(week, week.start), marks)
    after = book.week
    if after is not None and after.week_id != week.week_id and after.start is not None:
        marks = desk.marks.before(after.entry_session)
        return start, boundary_equity(after.start, history.closing(after, after.start), marks)
    tomorrow = in_new_york(at).date() + timedelta(days=1)
    return start, equity(book.ledger, desk.marks.before(tomorrow))


def _thesis_right(desk: Desk, week: WeekBook, week_id: WeekId) -> bool | None:
    """Whether the instrument moved the thesis' way from Wednesday's reference to the last mark."""
    target = week.target
    if target.instrument is None or target.reference_price is None or not target.direction.sign:
        return None
    ends = wednesday(week_id) + timedelta(days=7)
    last = desk.marks.before(ends).get(target.instrument)
    return None if last is None else (last - target.reference_price) * target.direction.sign > 0
