"""Pieces every page uses: the banner that says what the numbers are, headings, badges, empty words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from core.types import StoreKind
from pages.ui.format import UNKNOWN, moment
from pages.ui.safe import safe
from storage.queries import AccountLabel, DeskFacts

MEANING = {
    StoreKind.DEMO: "a demonstration desk: nothing here was traded.",
    StoreKind.SIMULATION: "a simulation over past sessions: nothing here was traded.",
}


def banner(facts: DeskFacts | None) -> None:
    """DEMO, SIMULATION and SIMULATED prices are said on every page; a real desk needs no banner."""
    if facts is None:
        return
    said = [f"**{facts.kind}** — {MEANING[facts.kind]}"] if facts.kind in MEANING else []
    if facts.simulated_prices:
        said.append("**SIMULATED prices** — generated, no market ever saw them.")
    if said:
        st.warning("  \n".join(said))


def heading(title: str, caption: str) -> None:
    """A page's title with its one grey line, both as they stand (make outside text safe before)."""
    st.title(title, anchor=False)
    st.caption(caption)


def card_title(text: str, note: str = "") -> None:
    st.markdown(f"**{text}**" + (f"  \n:gray[:small[{note}]]" if note else ""))


def bullets(items: Iterable[str]) -> None:
    """Outside text as a list."""
    lines = [f"- {safe(item)}" for item in items]
    st.markdown("\n".join(lines) if lines else f":gray[{UNKNOWN}]")


def bullet_lines(lines: Iterable[str]) -> None:
    """Lines that are Markdown already, as a list."""
    st.markdown("\n".join(f"- {line}" for line in lines))


def prose(text: str) -> None:
    """Outside text as one paragraph."""
    st.markdown(safe(text))


def labelled(label: str, text: str) -> None:
    """A grey label, then outside text."""
    st.markdown(f":gray[{label}]  \n{safe(text)}")


def who(label: AccountLabel | None, account_id: str) -> str:
    """An account's name, safe; its id when it is not known."""
    return safe(label.shown if label else account_id)


def empty_desk() -> None:
    """What an empty store says: words, and what to do next, never a number."""
    st.info(
        "Run `.venv/bin/python cli.py demo` for a demonstration desk, `cli.py init` to set up your own, "
        "or `cli.py run_weekly` to run this week's council. This page fills as soon as something is "
        "recorded.",
        title="This desk has no week yet",
    )


def footer(facts: DeskFacts | None) -> None:
    """The sidebar's small print: what is shown, and in which time."""
    if facts is None:
        lines: Sequence[str] = ["Empty store"]
    else:
        lines = [
            f"{facts.kind} desk · profile {safe(facts.profile)}",
            f"Prices: {safe(facts.market_source)}",
            f"Configured {moment(facts.configured_at)}",
        ]
    st.sidebar.caption("  \n".join([*lines, "Times are New York's. Paper money only."]))


def problem(error: Exception) -> None:
    """What is wrong in the one line that the error carries."""
    st.error(safe(error), title="This page cannot be shown")
