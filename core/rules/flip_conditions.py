"""A reviewer's flip condition as far as code can read it: one close on one side of one price."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.rules.week_prices import SessionPrices
from core.schemas.pitch import Comparison
from core.schemas.postmortem_scores import Outcome

PRICE = r"\$?(?P<price>\d{1,7}(?:\.\d{1,6})?)"
SENTENCE = re.compile(
    rf"(?:(?:if|when|on) )?(?:(?:a|an|the|any) )?(?:(?:daily|weekly) )?(?:close|closes|price)"
    rf"(?: (?:of|in) (?P<symbol>[A-Z][A-Z0-9.]{{0,9}}))?"
    rf" (?P<side>above|below) {PRICE}(?: USD| dollars)?(?:, [^.;:!?]*)?\.?",
    re.IGNORECASE,
)
"""The whole text must be this one sentence; what follows a comma may explain the number."""
DOUBTFUL = re.compile(
    r"\b(?:and|or|but|unless|if|not|no|while|after|before|without|for)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FlipCondition:
    """A close of ``symbol`` on that side of ``price`` (USD)."""

    symbol: str
    side: Comparison
    price: float

    def __str__(self) -> str:
        return f"a close of {self.symbol} {self.side} {self.price:.10g}"


def read_condition(text: str, instrument: str | None) -> FlipCondition | None:
    """The condition, about ``instrument`` where it names no symbol; None for anything code may misread.

    Free words are never interpreted: a text with another clause, another number or a negation is
    not read at all.
    """
    plain = " ".join(text.split())
    found = SENTENCE.fullmatch(plain)
    if found is None:
        return None
    rest = plain[found.end("price") :]
    symbol = (found["symbol"] or instrument or "").upper()
    if not symbol or DOUBTFUL.search(rest):
        return None
    return FlipCondition(symbol, Comparison(found["side"].lower()), float(found["price"]))


def came_true(
    condition: FlipCondition, prices: Iterable[SessionPrices]
) -> tuple[Outcome, date | None]:
    """Whether a close of the week met it, and the first session that did; undecided without any close."""
    seen = False
    for session in prices:
        close = session.closes.get(condition.symbol)
        if close is None:
            continue
        seen = True
        above = condition.side is Comparison.ABOVE
        if close > condition.price if above else close < condition.price:
            return Outcome.YES, session.session
    return (Outcome.NO if seen else Outcome.UNDECIDED), None
