"""Alpaca's refusals told by their messages: one code covers six different reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from core.schemas.order import RefusalKind
from core.well_formed import well_formed

RULES: tuple[tuple[str, RefusalKind, str], ...] = (
    (
        "client_order_id must be unique",
        RefusalKind.DUPLICATE_ID,
        "its client order id is in use already",
    ),
    ("wash trade", RefusalKind.WASH_TRADE, "an order of the other side is open for this symbol"),
    ("buying power", RefusalKind.BUYING_POWER, "the account's buying power is too small"),
    ("insufficient (qty|quantity|shares)", RefusalKind.SHARES, "more shares than are free to sell"),
    ("hard.to.borrow", RefusalKind.HARD_TO_BORROW, "the shares are hard to borrow"),
    (
        "fraction.*short",
        RefusalKind.FRACTIONAL,
        "only whole shares can be sold short",
    ),
    (
        "not fractionable|(qty|quantity) must be (an )?integer",
        RefusalKind.FRACTIONAL,
        "it trades in whole shares only",
    ),
    ("fractional", RefusalKind.FRACTIONAL, "not possible with a fraction of a share"),
    ("cannot be sold short|not shortable", RefusalKind.SHORTING, "it cannot be sold short"),
    (
        "(allowed|eligible|permitted) to short",
        RefusalKind.SHORTING,
        "the account may not sell short",
    ),
    (
        "could not find asset|asset .*not found|invalid symbol",
        RefusalKind.UNKNOWN_SYMBOL,
        "Alpaca does not know the symbol",
    ),
)
"""Pattern of a message in lower case, its kind, and plain words for it; the first that fits counts."""
LONGEST = 200


def classify(status: int, body: str) -> tuple[RefusalKind, str]:
    """The kind and a plain sentence that ends with the vendor's own words."""
    said = one_line(body)
    lowered = said.lower()
    for pattern, kind, words in RULES:
        if re.search(pattern, lowered):
            return kind, f"{words} (Alpaca: {said})"
    return (
        RefusalKind.OTHER,
        f"{_by_status(status)} (Alpaca: {status} {said or 'without a reason'})",
    )


def one_line(body: str) -> str:
    """The message of a JSON body, or the readable words of any other, on one line."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = re.sub(r"<[^>]*>", " ", body)
    if isinstance(told, Mapping):
        reason = told.get("reject_reason")
        told = " - ".join(str(each) for each in (told.get("message"), reason) if each)
    return " ".join(well_formed(str(told)).split())[:LONGEST]


def _by_status(status: int) -> str:
    match status:
        case 401:
            return "the key is not accepted, check the account's key pair"
        case 404:
            return "Alpaca does not know it"
        case _:
            return "Alpaca does not take it"
