"""What cycles bring to memory: the setup of each round trip with its outcome, and the headlines they saw.

Deliberately read from the events' plain payloads: a cycle's stages ask memory, and memory must not know them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.clock import from_iso
from core.desk.remembered_ids import document_id
from core.events.envelope import StoredEvent
from core.ports import EventStore
from core.rules.situation import situation_text
from core.schemas.setups import Collection, Remembered
from core.types import StreamId

OUTCOME, FROZEN = "TradeOutcomeKnown", "CycleMarketFrozen"
LONGEST = 400
"""Of a label, and of as much of a headline as is remembered."""


def setup_remembered(store: EventStore, row: StoredEvent) -> Iterator[Remembered]:
    """A symbol as the cycle that bought it froze it, once the round trip is over."""
    told: Mapping[str, Any] = row.payload
    frozen = _frozen(store, str(told["cycle_id"]))
    asset = None if frozen is None else _asset(_value(frozen), str(told["symbol"]))
    if frozen is None or asset is None:
        return
    opened, closed = datetime.fromisoformat(told["opened_at"]), from_iso(row.occurred_at)
    returned = float(told["returned"])
    yield Remembered(
        document_id=document_id(Collection.SETUPS, row.event_id),
        collection=Collection.SETUPS,
        text=situation_text(asset["sector"], asset["indicators"]),
        happened_at=opened,
        known_at=max(closed, opened),
        symbol=asset["symbol"],
        label=_ending(asset["symbol"], returned, (closed - opened).days),
        outcome={"return": returned, "pnl": float(told["pnl"])},
        event_ids=(frozen.event_id, row.event_id),
    )


def headlines_remembered(
    store: EventStore,  # noqa: ARG001 - the signature of a Telling
    row: StoredEvent,
) -> Iterator[Remembered]:
    """Each headline a cycle was shown, from the first cycle on that saw it."""
    market = _value(row)
    seen = datetime.fromisoformat(market["as_of"])
    for asset in market["symbols"]:
        for headline in asset.get("headlines", ()):
            text = " ".join(str(headline["headline"]).split())[:LONGEST]
            if not text:
                continue
            published = datetime.fromisoformat(headline["published"])
            yield Remembered(
                document_id=document_id(
                    Collection.CONTEXT, asset["symbol"], text, headline["published"]
                ),
                collection=Collection.CONTEXT,
                text=text,
                happened_at=published,
                known_at=max(seen, published),
                symbol=asset["symbol"],
                label=f"{asset['symbol']}: {headline['source']}"[:LONGEST],
                event_ids=(row.event_id,),
            )


def _frozen(store: EventStore, cycle_id: str) -> StoredEvent | None:
    rows = store.read(StreamId(f"run/{cycle_id}"))
    return next((row for row in rows if row.type == FROZEN), None)


def _value(row: StoredEvent) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = row.payload
    market: Mapping[str, Any] = payload["value"]
    return market


def _asset(market: Mapping[str, Any], symbol: str) -> Mapping[str, Any] | None:
    return next((asset for asset in market["symbols"] if asset["symbol"] == symbol), None)


def _ending(symbol: str, returned: float, days: int) -> str:
    word = "won" if returned > 0 else "lost" if returned < 0 else "came out even at"
    return f"{symbol} {word} {returned:+.1%} in {days} {'day' if days == 1 else 'days'}"
