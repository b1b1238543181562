"""Broker against ledger: the last word on each of the broker's accounts, both sides where they differ."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.ui.card_head import card_head
from pages.ui.format import moment, short_moment, words
from pages.ui.safe import cell, clipped, safe, visible
from storage.queries.reconciliation import CustodyLine, MismatchLine

LONGEST = 120


def broker_card(lines: Sequence[CustodyLine]) -> None:
    card_head(
        "Reconciliation",
        "orders, fills, positions and cash of the broker against the ledger; each change is said once",
        stream="system/broker",
    )
    if not lines:
        st.markdown(
            ":gray[Broker and ledger were never compared. A simulated broker fills the ledger itself; "
            "at a real one say `cli.py reconcile`, or wait for its next slot.]"
        )
        return
    for line in lines:
        if line.open:
            st.error(
                f"Its accounts trade nothing until both sides agree, or a person accepts: "
                f"`cli.py reconcile`. :gray[Said {moment(line.open[0].since)}.]",
                title=f"{safe(clipped(line.custody, 60))}: broker and ledger differ",
            )
            st.dataframe(
                pd.DataFrame([_sides(one) for one in line.open]),
                hide_index=True,
                height="content",
                alt="Both sides of each difference",
            )
    st.dataframe(
        pd.DataFrame([_row(line) for line in lines]),
        hide_index=True,
        height="content",
        alt="The broker's accounts with the last word on each",
    )


def _sides(one: MismatchLine) -> dict[str, str]:
    return {
        "what": words(one.what),
        "of": cell(one.subject, LONGEST),
        "ledger says": cell(one.ledger, LONGEST),
        "broker says": cell(one.broker, LONGEST),
        "since": short_moment(one.since),
    }


def _row(line: CustodyLine) -> dict[str, str]:
    return {
        "broker's account": visible(line.custody),
        "holds": ", ".join(map(visible, line.accounts)),
        "state": f"{len(line.open)} differ" if line.open else "agrees",
        "last word": short_moment(line.looked_at),
        "resolved": cell(line.resolved, LONGEST),
    }
