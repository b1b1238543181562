"""Trading cycles: the newest of them, and one with how far each symbol came in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orjson import loads
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.schemas.cycle import CycleTrigger
from core.schemas.signal import SignalRisk, SignalValidation, TradeSignal
from storage.projections.cycle_tables import CycleRow, CycleSymbolRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

CYCLES, SYMBOLS = table_of(CycleRow), table_of(CycleSymbolRow)
SHOWN = 60


@dataclass(frozen=True, slots=True)
class CycleLine:
    """One cycle; ``score`` is the meta decision's, None where it was not asked."""

    cycle_id: str
    strategy: str
    account_id: str
    trigger: CycleTrigger
    execute: bool
    as_of: datetime
    week_id: str
    status: str
    outcome: str
    orders: int
    verdict: str | None
    score: float | None
    synthesis: str


@dataclass(frozen=True, slots=True)
class SimilarSetup:
    """A setup a symbol was shown with: cosine ``distance``, and what came of it."""

    document_id: str
    symbol: str | None
    label: str | None
    happened_at: datetime
    distance: float
    outcome: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CycleSymbolLine:
    """A symbol's way: None where it never came to that step. USD a share, shares.

    ``chosen`` and ``reason`` are the meta decision's, ``returned`` a fraction net of costs.
    """

    symbol: str
    price: Decimal | None
    sector: str | None
    held: Decimal
    signal: TradeSignal | None
    risk: SignalRisk | None
    validation: SignalValidation | None
    chosen: bool | None
    reason: str | None
    planned: Decimal | None
    filled: Decimal | None
    fill_price: Decimal | None
    pnl: Decimal | None
    returned: float | None
    similar: tuple[SimilarSetup, ...]

    @property
    def steps(self) -> int:
        """How many of the funnel's six steps it passed: looked at, signalled, … , filled."""
        passed = (
            self.signal is not None and self.signal.trades,
            self.risk is not None and self.risk.approved,
            self.validation is not None and self.validation.approved,
            self.planned is not None,
            self.filled is not None,
        )
        return 1 + next((place for place, ok in enumerate(passed) if not ok), len(passed))


@dataclass(frozen=True, slots=True)
class CycleDetail:
    """``models`` by agent; ``silent`` names agents without a usable answer, and why.

    ``equity`` and ``cash`` (USD) are the account's as the cycle found it, None before it looked.
    """

    line: CycleLine
    asked_as: str
    source: str
    news: str
    known_setups: bool
    equity: Decimal | None
    cash: Decimal | None
    models: Mapping[str, str]
    silent: Mapping[str, str]
    absent: Mapping[str, str]
    symbols: tuple[CycleSymbolLine, ...]

    @property
    def funnel(self) -> Sequence[int]:
        """How many symbols passed each of the six steps."""
        return [sum(one.steps >= step for one in self.symbols) for step in range(1, 7)]


def cycles(
    reader: StoreReader, strategy: str | None = None, limit: int = SHOWN
) -> tuple[CycleLine, ...]:
    """The newest cycles, newest first."""
    asked = select(CYCLES).order_by(CYCLES.c.position.desc()).limit(limit)
    if strategy is not None:
        asked = asked.where(CYCLES.c.strategy == strategy)
    return tuple(_line(row) for row in reader.rows(asked))


def cycle_detail(reader: StoreReader, cycle_id: str) -> CycleDetail | None:
    """One cycle with its symbols in the order they were asked for; None for an unknown id."""
    row = reader.first(select(CYCLES).where(CYCLES.c.cycle_id == cycle_id))
    if row is None:
        return None
    own = select(SYMBOLS).where(SYMBOLS.c.cycle_id == cycle_id).order_by(SYMBOLS.c.place)
    return CycleDetail(
        line=_line(row),
        asked_as=row["asked_as"],
        source=row["source"],
        news=row["news"],
        known_setups=bool(row["known_setups"]),
        equity=_decimal(row["equity"]),
        cash=_decimal(row["cash"]),
        models=loads(row["models"]),
        silent=loads(row["silent"]),
        absent=loads(row["absent"]),
        symbols=tuple(_symbol(one) for one in reader.rows(own)),
    )


def _line(row: RowMapping) -> CycleLine:
    return CycleLine(
        cycle_id=row["cycle_id"],
        strategy=row["strategy"],
        account_id=row["account_id"],
        trigger=CycleTrigger(row["trigger"]),
        execute=bool(row["execute"]),
        as_of=from_iso(row["as_of"]),
        week_id=row["week_id"],
        status=row["status"],
        outcome=row["outcome"],
        orders=row["orders"],
        verdict=row["verdict"],
        score=row["score"],
        synthesis=row["synthesis"],
    )


def _symbol(row: RowMapping) -> CycleSymbolLine:
    signal, risk, validation = row["signal"], row["risk"], row["validation"]
    choice: dict[str, Any] = loads(row["choice"]) if row["choice"] else {}
    return CycleSymbolLine(
        symbol=row["symbol"],
        price=_decimal(row["price"]),
        sector=row["sector"],
        held=Decimal(row["held"]),
        signal=TradeSignal.model_validate_json(signal) if signal else None,
        risk=SignalRisk.model_validate_json(risk) if risk else None,
        validation=SignalValidation.model_validate_json(validation) if validation else None,
        chosen=choice.get("execute"),
        reason=choice.get("reason"),
        planned=_decimal(row["planned"]),
        filled=_decimal(row["filled"]),
        fill_price=_decimal(row["fill_price"]),
        pnl=_decimal(row["pnl"]),
        returned=row["returned"],
        similar=tuple(_similar(one) for one in loads(row["neighbours"])),
    )


def _similar(found: dict[str, Any]) -> SimilarSetup:
    return SimilarSetup(
        document_id=found["document_id"],
        symbol=found["symbol"],
        label=found["label"],
        happened_at=from_iso(found["happened_at"]),
        distance=found["distance"],
        outcome=found["outcome"],
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
