"""One viewer's labels in another viewer's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def translation(theirs: Mapping[str, str], mine: Mapping[str, str]) -> dict[str, str]:
    """``theirs`` label → author and ``mine`` author → label make their label → my label."""
    return {label: mine[author] for label, author in theirs.items()}


def relabel(text: str, translation: Mapping[str, str]) -> str:
    """Replace labels in one pass, so that a swap of two labels does not collapse into one."""
    if not translation:
        return text
    pattern = "|".join(re.escape(label) for label in _longest_first(translation))
    return re.sub(rf"\b(?:{pattern})\b", lambda found: translation[found[0]], text)


def _longest_first(labels: Iterable[str]) -> list[str]:
    return sorted(labels, key=len, reverse=True)
