"""The line of each account had no checkpoint ever acted: its equity at every marked session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from core.events.account import AccountOpened, BorrowCharged, OrderFilled, OrderIntended, TargetSet
from core.events.envelope import StoredEvent
from core.events.market import UniverseMarked
from core.rules import no_checkpoints as rules
from core.rules.shadow_book import ShadowBook, Terms
from core.strategy import MACRO
from storage.projections.writing import Rows, TableProjection, as_text

Books = TypeAdapter(ShadowBook)
TermsOf = TypeAdapter(Terms)
IN_FORCE = "in force"
COSTS = ("slippage_bps", "commission_bps", "borrow_bps", "fractional_longs")
BILLED = ("slippage_bps", "commission_bps")


class ShadowEquityRow(SQLModel, table=True):
    """A line beside its account at a session's close, USD; ``week_id`` is "" before the first week."""

    __tablename__ = "shadow_equity"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    line: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_type=Text)
    equity: str = Field(sa_type=Text)


class ShadowBookRow(SQLModel, table=True):
    """A line as of its account's last event, whole as JSON."""

    __tablename__ = "shadow_books"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    line: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)


class ShadowTermsRow(SQLModel, table=True):
    """What trading costs under each settings' fingerprint, and under those ``in force``."""

    __tablename__ = "shadow_terms"

    fingerprint: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)


def _settings(rows: Rows, event: StoredEvent) -> None:
    policy: Any = event.payload["policy"]
    found = {name: policy["risk"][name] for name in COSTS if name in policy.get("risk", {})}
    _put_terms(rows, str(event.payload["fingerprint"]), found)


def _configured(rows: Rows, event: StoredEvent) -> None:
    """Where a broker fills for real, what it bills is all a trade costs."""
    known = rows.read(ShadowTermsRow, {"fingerprint": event.payload["settings_fingerprint"]})
    terms = TermsOf.dump_python(_terms(known), mode="json")
    real = event.payload["broker"] != "simulated"
    free = dict.fromkeys(BILLED, "0") if real else {}
    _put_terms(rows, IN_FORCE, {**terms, **free})


def _put_terms(rows: Rows, fingerprint: str, terms: dict[str, Any]) -> None:
    rows.put(ShadowTermsRow, {"fingerprint": fingerprint, "document": as_text(terms)})


def _terms(found: list[dict[str, Any]]) -> Terms:
    return TermsOf.validate_json(found[0]["document"]) if found else Terms()


def _in_force(rows: Rows) -> Terms:
    return _terms(rows.read(ShadowTermsRow, {"fingerprint": IN_FORCE}))


def _opened(rows: Rows, event: StoredEvent) -> None:
    """Checkpoints are the council's: another strategy's account has none to leave out."""
    opened = AccountOpened.model_validate(event.payload)
    if opened.strategy == MACRO:
        _keep(rows, opened.account_id, rules.opened(opened))


def _target(rows: Rows, event: StoredEvent) -> None:
    found, at = TargetSet.model_validate(event.payload), datetime.fromisoformat(event.occurred_at)
    terms = _in_force(rows)
    _change(rows, event, lambda book: rules.take_up(book, found, at, terms))


def _intended(rows: Rows, event: StoredEvent) -> None:
    intent = OrderIntended.model_validate(event.payload).intent
    _change(rows, event, lambda book: rules.intended(book, intent))


def _filled(rows: Rows, event: StoredEvent) -> None:
    fill = OrderFilled.model_validate(event.payload).fill
    _change(rows, event, lambda book: rules.filled(book, fill))


def _ended(rows: Rows, event: StoredEvent) -> None:
    order = str(event.payload["client_order_id"])
    _change(rows, event, lambda book: rules.ended(book, order))


def _charged(rows: Rows, event: StoredEvent) -> None:
    charge = BorrowCharged.model_validate(event.payload)
    _change(rows, event, lambda book: rules.charged(book, charge))


def _change(rows: Rows, event: StoredEvent, change: Callable[[ShadowBook], ShadowBook]) -> None:
    account = event.stream_id.removeprefix("account/")
    for row in rows.read(ShadowBookRow, {"account_id": account, "line": rules.LINE}):
        _keep(rows, account, change(Books.validate_json(row["document"])))


def _keep(rows: Rows, account_id: str, book: ShadowBook) -> None:
    document = as_text(Books.dump_python(book, mode="json"))
    rows.put(ShadowBookRow, {"account_id": account_id, "line": rules.LINE, "document": document})


def _marked(rows: Rows, event: StoredEvent) -> None:
    """Equity first, then the borrow of the session: as the account's own is counted."""
    mark, terms = UniverseMarked.model_validate(event.payload), _in_force(rows)
    for row in rows.read(ShadowBookRow, {"line": rules.LINE}):
        book = rules.marked(Books.validate_json(row["document"]), mark, terms)
        rows.put(
            ShadowEquityRow,
            {
                "account_id": row["account_id"],
                "line": rules.LINE,
                "session": mark.session.isoformat(),
                "week_id": book.week.week_id if book.week else "",
                "equity": str(book.worth()),
            },
        )
        _keep(rows, row["account_id"], rules.borrowed(book, mark, terms))


NO_CHECKPOINTS = TableProjection(
    "no_checkpoints",
    (ShadowTermsRow, ShadowBookRow, ShadowEquityRow),
    {
        "SettingsRecorded": _settings,
        "DeskConfigured": _configured,
        "AccountOpened": _opened,
        "TargetSet": _target,
        "OrderIntended": _intended,
        "OrderFilled": _filled,
        "OrderRejected": _ended,
        "OrderCancelled": _ended,
        "BorrowCharged": _charged,
        "UniverseMarked": _marked,
    },
)
