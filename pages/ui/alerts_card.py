"""The newest alerts, each with what became of it on every channel."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.desk.alert_listing import ListedAlert
from pages.ui.card_head import card_head
from pages.ui.format import short_moment, words
from pages.ui.safe import cell


def alerts_card(alerts: Sequence[ListedAlert]) -> None:
    card_head("Alerts", "an alert is on record before anybody is told", stream="system/alerts")
    if not alerts:
        st.markdown(":gray[Nothing was worth an alert yet.]")
        return
    st.dataframe(
        pd.DataFrame([_row(one) for one in alerts]),
        hide_index=True,
        height="content",
        alt="The newest alerts",
        column_config={"alert": st.column_config.TextColumn(width="large")},
    )


def _row(one: ListedAlert) -> dict[str, object]:
    told = "; ".join(f"{channel}: {fate}" for channel, fate in one.channels.items())
    return {
        "when": short_moment(one.alert.occurred_at),
        "severity": str(one.alert.severity),
        "kind": words(one.alert.kind),
        "alert": cell(one.alert.title),
        "told": cell(told) or "nobody yet",
    }
