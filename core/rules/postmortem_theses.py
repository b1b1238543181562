"""Whether the week's theses were right, and which of their indicators still held at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from core.rules.pitch_check import frozen_value
from core.rules.week_prices import SessionPrices, last_close
from core.schemas.market import MarketSnapshot
from core.schemas.pitch import Comparison, Pitch, PitchIndicator
from core.schemas.postmortem_scores import IndicatorScore, Outcome, ThesisScore, Verdict
from core.types import AccountId, Direction

PRICE = "price"


def thesis_score(
    account_id: AccountId,
    trade: tuple[str | None, Direction],
    snapshot: MarketSnapshot | None,
    prices: Sequence[SessionPrices],
) -> ThesisScore:
    """The thesis against the price: right when the last close lies its way from Wednesday's price."""
    instrument, direction = trade
    asset = snapshot.asset(instrument) if snapshot and instrument else None
    reference = asset.price if asset else None
    last = last_close(prices, instrument) if instrument else None
    moved = _moved(direction, reference, last)
    return ThesisScore(
        account_id=account_id,
        instrument=instrument,
        direction=direction,
        verdict=_verdict(direction, moved),
        reference=reference,
        last=last,
        thesis_return=moved,
    )


def _moved(direction: Direction, reference: Decimal | None, last: Decimal | None) -> float | None:
    if not direction.sign or not reference or last is None:
        return None
    return float((last / reference - 1) * direction.sign)


def _verdict(direction: Direction, moved: float | None) -> Verdict:
    if not direction.sign or moved == 0:
        return Verdict.FLAT
    if moved is None:
        return Verdict.UNDECIDED
    return Verdict.RIGHT if moved > 0 else Verdict.WRONG


def indicator_scores(
    pitch: Pitch, ending: MarketSnapshot | None, prices: Sequence[SessionPrices]
) -> Iterator[IndicatorScore]:
    """Each indicator at the week's end: from the next frozen snapshot, before it prices alone."""
    for sign in pitch.indicators:
        value = _at_end(sign, pitch.instrument, ending, prices)
        yield IndicatorScore(
            account_id=pitch.account_id,
            name=sign.name,
            side=sign.direction,
            threshold=sign.threshold,
            on_wednesday=sign.value,
            at_end=value,
            held=_held(sign, value),
        )


def _at_end(
    sign: PitchIndicator,
    instrument: str | None,
    ending: MarketSnapshot | None,
    prices: Sequence[SessionPrices],
) -> float | None:
    if ending is not None:
        found = frozen_value(sign.name, instrument, ending)
        return found if isinstance(found, float) else None
    symbol, _, column = sign.name.rpartition(".")
    close = last_close(prices, symbol or instrument or "")
    return float(close) if column == PRICE and close is not None else None


def _held(sign: PitchIndicator, value: float | None) -> Outcome:
    if value is None:
        return Outcome.UNDECIDED
    above = sign.direction is Comparison.ABOVE
    holds = value > sign.threshold if above else value < sign.threshold
    return Outcome.YES if holds else Outcome.NO
