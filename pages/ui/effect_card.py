"""What the checkpoints cost or saved: each account beside the same account had none ever acted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.types import AccountId
from pages.ui import data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.conviction_charts import effect_lines
from pages.ui.conviction_data import effects
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.key_figures import places
from pages.ui.theme import ACCENT, PEER
from storage.queries import AccountLabel, AccountRole

Labels = Mapping[AccountId, AccountLabel]
NOTE = "equity less that of the same account had no checkpoint ever acted, at recorded prices and costs"
MOST = 120
"""Points a line."""


def council_effect(effects: pd.DataFrame, labels: Labels, week: str) -> tuple[float, float] | None:
    """USD the council's checkpoints brought in the week and so far; None before its first session."""
    councils = [key for key, one in labels.items() if one.role is AccountRole.COUNCIL]
    own = effects[effects["account_id"].isin(councils) & (effects["week_id"] == week)]
    if own.empty:
        return None
    return float(own["week_usd"].iloc[-1]), float(own["total_usd"].iloc[-1])


def effect_card(state: StoreState, labels: Labels, week: str, chosen: AccountId | None) -> None:
    """The week by account, beside all weeks with ``chosen`` in colour.

    Without ``chosen`` the week stands alone: a guest sees no other.
    """
    known = _of_traders(effects(state), labels)
    now = known[known["week_id"] == week]
    card_head("What the checkpoints cost or saved", NOTE, week=week, type="CheckpointDecided")
    if now.empty:
        st.markdown(":gray[No session has been marked in this week yet.]")
        return
    if chosen is None:
        _table(now, labels, ["account", "week, $", "week, pp"])
        return
    left, right = st.columns(2)
    with left:
        _table(now, labels, ["account", "week, $", "week, pp", "so far, $"])
    with right:
        draw_kept(_drawn, state, chosen, alt="What the checkpoints brought so far, by account")


def _of_traders(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    traded = [key for key, one in labels.items() if one.role is not AccountRole.FLAT]
    return effects[effects["account_id"].isin(traded)]


def _drawn(state: StoreState, chosen: AccountId) -> Drawing:
    labels = data.labels(state)
    thin = _thinned(_of_traders(effects(state), labels))
    return effect_lines(
        pd.DataFrame(
            {
                "who": thin["account_id"].map({key: one.shown for key, one in labels.items()}),
                "session": pd.to_datetime(thin["session"]),
                "total_usd": thin["total_usd"].round(),
                "role": thin["account_id"].eq(chosen).map({True: ACCENT, False: PEER}),
            }
        )
    )


def _table(now: pd.DataFrame, labels: Labels, columns: list[str]) -> None:
    table = pd.DataFrame(
        {
            "account": [labels[account].shown for account in now["account_id"]],
            "week, $": now["week_usd"].round() + 0.0,
            "week, pp": (now["week_effect"] * 100).round(2) + 0.0,
            "so far, $": now["total_usd"].round() + 0.0,
        }
    )
    money = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        table[columns],
        hide_index=True,
        height="content",
        alt="What the checkpoints brought each account",
        column_config={
            "week, $": money,
            "so far, $": money,
            "week, pp": st.column_config.NumberColumn(format="%+.2f"),
        },
    )


def _thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each account at most ``MOST`` weeks, the newest always among them."""
    return pd.concat([own.iloc[places(len(own), MOST)] for _, own in frame.groupby("account_id")])
