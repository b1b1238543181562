"""Which part of the tape a feed counts, and what its share counts can and cannot say.

IEX sees 1-4 % of US volume. A count on it is no count of the tape: between the most and the least
that it can stand for, a filter has three answers, and the third is that nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

TapeChoice: TypeAlias = Literal["auto", "consolidated", "iex"]


class Tape(StrEnum):
    CONSOLIDATED = "consolidated"
    IEX = "iex"
    UNDECLARED = "undeclared"
    """Nobody says; counts are taken as they stand, and every pick says so."""


WHOLE = ("sip", "yfinance", "simulated")


@dataclass(frozen=True, slots=True)
class Counted:
    """One counted share stands for ``least`` to ``most`` shares of the tape."""

    tape: Tape
    least: float = 1.0
    most: float = 1.0


def tape_of(feed: str, choice: TapeChoice, iex_share: tuple[float, float]) -> Counted:
    """What ``feed`` counts; ``iex_share`` is the least and the most of the tape that IEX sees.

    A feed that is partly IEX is treated as IEX: its mean over 20 sessions is not of one tape.
    """
    tape = Tape(choice) if choice != "auto" else _named(feed)
    if tape is not Tape.IEX:
        return Counted(tape)
    low, high = iex_share
    return Counted(tape, least=1 / high, most=1 / low)


def _named(feed: str) -> Tape:
    parts = {part.rpartition("/")[2].lower() for part in feed.split("+")}
    if "iex" in parts:
        return Tape.IEX
    heads = {part.partition("/")[0] for part in parts} | parts
    return Tape.CONSOLIDATED if parts and heads <= set(WHOLE) else Tape.UNDECLARED
