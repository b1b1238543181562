"""Two texts side by side, what differs marked by colour and by stroke; no sign of them is markup."""

from __future__ import annotations

import streamlit as st

from pages.ui.format import UNKNOWN
from pages.ui.safe import clipped, safe
from pages.ui.text_diff import MOST, Fold, Line, Piece, Side, compared

SHOWN = 12_000
"""So many signs of a side are drawn, marks included; the events have the whole."""
TALL = 3_000
"""From so many signs on both sides are read in a window of their own."""
KEPT = 240
"""Of a long piece that both sides share, so many signs are kept at each end."""
INDENT = 12


def diff_card(names: tuple[str, str], texts: tuple[str, str]) -> None:
    """``names`` as they stand. The same text is drawn once."""
    if texts[0] == texts[1]:
        st.markdown(f":gray[Both the same, {len(texts[0]):,} signs.]")
        st.code(clipped(texts[0], SHOWN), language=None, wrap_lines=True, height=320)
        return
    sides = _cached(*texts)
    st.caption("Struck through: only on the left. Bold: only on the right.")
    long = max(map(len, sides)) > TALL
    with st.container(height=640 if long else "content", border=False):
        for column, name, text, side in zip(st.columns(2), names, texts, sides, strict=True):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{name}**  \n:gray[:small[{len(text):,} signs]]")
                st.markdown(side if text else f":gray[{UNKNOWN}]")
                if len(text) > MOST:
                    st.caption(f"Compared: the first {MOST:,} signs.")


@st.cache_data(max_entries=32, show_spinner=False)
def _cached(before: str, after: str) -> tuple[str, str]:
    left, right = compared(before, after)
    return drawn(left, ":orange-background[~~", "~~]"), drawn(right, ":blue-background[**", "**]")


def drawn(side: Side, opens: str, closes: str) -> str:
    """A side as Markdown, cut after `SHOWN` signs of what it shows."""
    lines: list[str] = []
    signs = 0
    for number, line in enumerate(side):
        if signs > SHOWN:
            lines.append(f":gray[⋯ {len(side) - number} more lines, in the events]")
            break
        if isinstance(line, Fold):
            lines.append(f":gray[:small[⋯ {line.lines} lines the same ⋯]]")
        else:
            lines.append(_line(line, opens, closes, SHOWN - signs))
            signs += len(lines[-1])
    return "  \n".join(line or "\u00a0" for line in lines)


def _line(line: Line, opens: str, closes: str, room: int) -> str:
    if not line:
        return ""
    indent = len(line[0].text) - len(line[0].text.lstrip(" "))
    parts = ["\u00a0" * min(indent, INDENT)]
    for piece in line:
        text = _shortened(piece, room)
        before = " " if text[:1].isspace() else ""
        after = " " if text[-1:].isspace() and text.strip() else ""
        words = safe(text)
        marked = f"{opens}{words}{closes}" if piece.differs and words else words
        parts.append(f"{before}{marked}{after}")
    return "".join(parts)


def _shortened(piece: Piece, room: int) -> str:
    """What both sides share is cut in its middle, what differs only where there is no room."""
    text = piece.text
    if not piece.differs and len(text) > 2 * KEPT + 40:
        hidden = len(text) - 2 * KEPT
        return f"{text[:KEPT]} ⋯ {hidden:,} signs the same ⋯ {text[-KEPT:]}"
    return clipped(text, max(room, 1))
