"""How plainly a pitch is worded: figures, and whether the words and the frozen numbers meet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.schemas.briefs import AnonymousPitch
from core.schemas.pitch import PitchIndicator

FIGURE = re.compile(r"[-+]?\d+\.\d+%?|[-+]?\d+%|[-+]\d+")
"""A measured figure: a decimal, a percentage or a signed number, not a count of sessions."""
WORDS_A_FIGURE = 5
"""A sentence with a figure in every five words leaves nothing vague."""
READABLE = (20, 240)
"""Characters of a bullet that is neither a slogan nor a paragraph."""
SAME = 0.02
"""A quoted figure may be off by this share of the value, and by half of its last place."""


def density(bullets: Sequence[str]) -> float:
    """Mean over the bullets of figures × 5 / words, each at most 1."""
    return sum(min(1.0, _figures_a_word(text) * WORDS_A_FIGURE) for text in bullets) / len(bullets)


def quoted(pitch: AnonymousPitch) -> list[str]:
    """The columns of the frozen indicators whose value a bullet states."""
    said = [figure for text in pitch.thesis_bullets for figure in FIGURE.findall(text)]
    return [sign.name.rpartition(".")[2] for sign in pitch.indicators if _states(said, sign)]


def readable(bullets: Sequence[str]) -> float:
    """The share of bullets of readable length."""
    shortest, longest = READABLE
    return sum(shortest <= len(text) <= longest for text in bullets) / len(bullets)


def _figures_a_word(text: str) -> float:
    return len(FIGURE.findall(text)) / max(len(text.split()), 1)


def _states(said: Sequence[str], sign: PitchIndicator) -> bool:
    """Signs are compared by size alone: "fell 3 %" states −0.03."""
    return any(_near(figure, abs(sign.value)) for figure in said)


def _near(figure: str, value: float) -> bool:
    plain = figure.strip("+-")
    scale = 0.01 if plain.endswith("%") else 1.0
    number = plain.rstrip("%")
    places = len(number.partition(".")[2])
    return abs(float(number) * scale - value) <= SAME * value + 0.5 * scale * 10.0**-places
