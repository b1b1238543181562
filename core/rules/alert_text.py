"""Words and numbers of alerts: plain text that no chat turns into a link, a mention or markup."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from core.clock import in_new_york
from core.types import to_money

WORD_JOINER = "\u2060"
INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
LIKE_MARKUP = str.maketrans("`*_~|<>[]\\#", "'∗ˍ–¦‹›()/№")
"""Each sign that some chat reads as markup, and one that looks like it and is none."""
FOUND_LATER = re.compile(r"@|://|(?<=\w)\.(?=[^\W\d])")
"""Mentions, addresses and bare domains are found in plain text too."""
PASSAGE = 300


def plain(text: object, longest: int = PASSAGE) -> str:
    """``text`` from a model, a vendor or a web page as one line that is nothing but text.

    At most ``longest`` characters before mentions and addresses are taken apart.
    """
    words = " ".join(INVISIBLE.sub(" ", str(text)).split())
    return FOUND_LATER.sub(_taken_apart, clipped(words, longest).translate(LIKE_MARKUP))


def clipped(text: str, longest: int) -> str:
    """At most ``longest`` characters, an ellipsis where it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def usd(amount: Decimal) -> str:
    """Dollars and cents with thousands: ``$101,250.00``."""
    return f"${to_money(amount):,}"


def gain(amount: Decimal) -> str:
    """Dollars with their sign: ``+$1,250.00``."""
    cents = to_money(amount)
    return f"{'−' if cents < 0 else '+'}${abs(cents):,}"


def percent(fraction: Decimal) -> str:
    """A fraction as signed percent with two places: ``+1.25 %``."""
    return f"{'−' if fraction < 0 else '+'}{abs(fraction) * 100:.2f} %"


def shares(quantity: Decimal) -> str:
    """A number of shares as people write it, without trailing zeros: ``12.5``."""
    return f"{quantity.normalize():f}"


def new_york(instant: datetime) -> str:
    return f"{in_new_york(instant):%Y-%m-%d %H:%M} New York"


def _taken_apart(found: re.Match[str]) -> str:
    sign = found.group()
    return f":{WORD_JOINER}//" if sign == "://" else f"{sign}{WORD_JOINER}"
