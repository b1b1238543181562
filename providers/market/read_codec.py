"""Market reads as event payloads and back, to the last bit."""

from __future__ import annotations

import base64
from datetime import date

import numpy as np

from core.events.market import BarColumns, MarketRead, SeriesDefect
from core.market import BarSeries, Defect, DefectKind, Floats, MarketBars

LITTLE_ENDIAN = "<f8"


def encode_bars(bars: MarketBars, request_hash: str) -> MarketRead:
    return MarketRead(
        request_hash=request_hash,
        as_of=bars.as_of,
        source=bars.source,
        feed=bars.feed,
        adjusted=bars.adjusted,
        bars=tuple(_columns(series) for series in bars.series.values()),
        defects=tuple(
            SeriesDefect(symbol=d.symbol, kind=d.kind, session=d.session, detail=d.detail)
            for d in bars.defects
        ),
        stepped_down=bars.stepped_down,
    )


def decode_bars(read: MarketRead) -> MarketBars:
    return MarketBars(
        as_of=read.as_of,
        source=read.source,
        feed=read.feed,
        adjusted=read.adjusted,
        series={columns.symbol: _series(columns) for columns in read.bars},
        defects=tuple(
            Defect(d.symbol, DefectKind(d.kind), d.session, d.detail) for d in read.defects
        ),
        stepped_down=read.stepped_down,
    )


def _columns(series: BarSeries) -> BarColumns:
    return BarColumns(
        symbol=series.symbol,
        days=tuple(date.fromisoformat(str(day)) for day in series.days),
        open=_text(series.open),
        high=_text(series.high),
        low=_text(series.low),
        close=_text(series.close),
        volume=_text(series.volume),
    )


def _series(columns: BarColumns) -> BarSeries:
    return BarSeries(
        symbol=columns.symbol,
        days=np.array(columns.days, dtype="datetime64[D]"),
        open=_floats(columns.open),
        high=_floats(columns.high),
        low=_floats(columns.low),
        close=_floats(columns.close),
        volume=_floats(columns.volume),
    )


def _text(values: Floats) -> str:
    return base64.b64encode(values.astype(LITTLE_ENDIAN).tobytes()).decode("ascii")


def _floats(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), dtype=LITTLE_ENDIAN).astype(np.float64)
