"""Text as a reader sees it: compatibility forms, accents and look-alike letters made plain Latin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cs", "Cn"})
_CONTROLS = re.compile(r"[^\n\r\t\x20-\x7e]")
_KEPT_CONTROLS = frozenset("\n\r\t")
_OTHER_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")

# Letters drawn like Latin ones, capitals also as they are lower-cased; after Unicode TS 39, the
# common ones of Cyrillic, Greek, Latin extensions, Coptic and Georgian.
_LOOKALIKES = {
    "a": "аαɑᴀ",
    "b": "вβ",
    "c": "сᴄϲ",
    "d": "ԁđᴅ",
    "e": "еεᴇ",
    "f": "ғ",
    "g": "ԍɡɢγ",
    "h": "нһηħʜ",
    "i": "іιıɩɪ",
    "j": "јȷ",
    "k": "кκᴋ",
    "l": "ӏłʟ",
    "m": "мμᴍ",
    "n": "ɴ",
    "o": "оοøᴏⲟჿ",
    "p": "рρᴘ",
    "q": "ԛ",
    "r": "гʀ",
    "s": "ѕ",
    "t": "тτŧᴛ",
    "u": "υᴜ",
    "v": "ѵν",
    "w": "ԝᴡ",
    "x": "хχ",
    "y": "уүʏ",
    "z": "ζᴢ",
}
_DRAWN_OTHERWISE = {"Ν": "N", "Υ": "Y", "У": "Y", "Ү": "Y"}  # capitals unlike their small letter
_CONFUSABLES = str.maketrans(
    {char.upper(): plain.upper() for plain, chars in _LOOKALIKES.items() for char in chars}
    | {char: plain for plain, chars in _LOOKALIKES.items() for char in chars}
    | _DRAWN_OTHERWISE
)


@dataclass(frozen=True, slots=True)
class Latin:
    """``folded`` reads like ``text``; ``origins`` holds, for each of its characters, where it stood."""

    text: str
    folded: str
    origins: Sequence[int]

    def original(self, start: int, end: int) -> str:
        """The visible original characters behind ``folded[start:end]``, accents included."""
        if start >= end:
            return ""
        last = self.origins[end] if end < len(self.origins) else len(self.text)
        return "".join(char for char in self.text[self.origins[start] : last] if visible(char))


def latin(text: str) -> Latin:
    if text.isascii() and not _CONTROLS.search(text):
        return Latin(text, text, range(len(text)))
    folded: list[str] = []
    origins: list[int] = []
    for position, char in enumerate(text):
        shape = _shape(char)
        folded.append(shape)
        origins += [position] * len(shape)
    return Latin(text, "".join(folded), origins)


@lru_cache(maxsize=4_096)
def visible(char: str) -> bool:
    """Whether a character shows anything: format, control and filler characters do not."""
    if char in _KEPT_CONTROLS:
        return True
    return unicodedata.category(char) not in INVISIBLE and char not in _OTHER_INVISIBLE


@lru_cache(maxsize=4_096)
def _shape(char: str) -> str:
    """One character as plain letters: no accent, no width, no look-alike; empty when invisible."""
    if char.isascii():
        return char if visible(char) else ""
    parts = unicodedata.normalize("NFKD", char).translate(_CONFUSABLES)
    return "".join(
        part for part in parts if visible(part) and not unicodedata.category(part).startswith("M")
    )
