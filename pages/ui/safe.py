"""Text that a model or a web source wrote: shown as it stands, never as markup.

Streamlit reads Markdown in nearly every text call: a picture would be fetched from its address, a
link would be live, ``:red[…]`` coloured, ``$…$`` set as a formula. Addresses and icons are taken
apart by an invisible word joiner, because they are found even when every sign is escaped.
"""

from __future__ import annotations

import re

LONGEST = 4_000
"""Signs; the audit page holds the whole of any text."""
WORD_JOINER = "\u2060"
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@])")
INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")
HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff]"
)
FOUND_LATER = re.compile(r"://|@|(?i:www)(?=\.)|:(?=(?i:material/|streamlit:))")
"""Addresses and icons are looked for in the text that is left when all signs are read."""


def safe(text: object) -> str:
    """One line of Markdown that shows ``text`` letter by letter; runs of space become one.

    Control characters and those that turn the direction of writing are dropped. What is longer than
    LONGEST is cut: nobody reads it, and every visitor would fetch it with every rerun.
    """
    plain = clipped(" ".join(INVISIBLE.sub("", str(text)).split()), LONGEST)
    apart = FOUND_LATER.sub(lambda found: _taken_apart(found.group()), plain)
    return MARKUP.sub(r"\\\1", apart)


def visible(text: object) -> str:
    r"""The same text for where no Markdown is read (code, JSON, cells): hidden signs are spelled out.

    Line ends and tabs stay; what turns the direction of writing, or is no letter at all, is written
    as ``\u202e``.
    """
    return HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", str(text))


def _taken_apart(sign: str) -> str:
    if sign == "@":
        return f"{WORD_JOINER}@"
    return f"{sign[0]}{WORD_JOINER}{sign[1:]}" if sign[0] == ":" else f"{sign}{WORD_JOINER}"


def clipped(text: object, length: int) -> str:
    """At most ``length`` signs of the text, an ellipsis where it was cut; to be made safe after."""
    words = str(text)
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def cell(text: object, length: int = 300) -> str:
    """A table's cell: no Markdown is read there, but an endless line would be fetched whole."""
    return visible(clipped(text, length))
