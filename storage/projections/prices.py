"""Every session's prices of every asset, as the session itself recorded them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection


class SessionPriceRow(SQLModel, table=True):
    """One asset at one session: USD as decimal text; ``open`` None where it was not recorded."""

    __tablename__ = "session_prices"

    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True))
    open: str | None = Field(default=None, sa_type=Text)
    close: str = Field(sa_type=Text)


def _marked(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    opens = {one["symbol"]: one["price"] for one in payload.get("opens", ())}
    rows.put(
        SessionPriceRow,
        *(
            {
                "symbol": one["symbol"],
                "session": payload["session"],
                "open": opens.get(one["symbol"]),
                "close": one["price"],
            }
            for one in payload["prices"]
        ),
    )


PRICES = TableProjection("prices", (SessionPriceRow,), {"UniverseMarked": _marked})
