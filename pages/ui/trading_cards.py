"""From order to fill, and what the checkpoints made of it: orders, fills, conviction since Wednesday."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.clock import NEW_YORK
from core.types import AccountId, CheckpointAction
from pages.ui.card_head import card_head
from pages.ui.format import conviction, dollars, moment, shares, words
from pages.ui.places import link
from storage.queries import AccountLabel, WeekDetail

Labels = Mapping[AccountId, AccountLabel]


def _name(account_id: AccountId, labels: Labels) -> str:
    return labels[account_id].shown if account_id in labels else account_id


def orders_card(detail: WeekDetail, labels: Labels) -> None:
    """Every order of the week, from its intent to its fills."""
    with st.container(border=True):
        card_head(
            "Orders and fills",
            "prices in $ a share after slippage; costs in $",
            week=detail.summary.week_id,
            text="Order",
        )
        if not detail.orders:
            st.markdown(":gray[No order was needed this week.]")
            return
        reasons = any(one.reason for one in detail.orders)
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "account": _name(one.account_id, labels),
                        "order": f"{one.side} {shares(one.quantity)} {one.symbol}",
                        "why": words(one.purpose),
                        "status": words(one.status),
                        "filled": shares(one.filled) if one.filled else "0",
                        "at price": dollars(one.price, 2),
                        "decided at": dollars(one.reference_price, 2),
                        "costs": dollars(one.commission, 2),
                        "when": moment(one.filled_at or one.decided_at),
                        **({"reason": one.reason} if reasons else {}),
                    }
                    for one in detail.orders
                ]
            ),
            hide_index=True,
            height="content",
            alt="Orders of the week with their fills",
        )


def checkpoints_card(detail: WeekDetail, labels: Labels) -> None:
    """How each account's conviction moved at the checkpoints that saw a new price, in one line each."""
    week_id = detail.summary.week_id
    with st.container(border=True):
        quiet = sum(detail.quiet.values())
        card_head(
            "Checkpoints",
            f"conviction from −2 to +2 since Wednesday; {quiet} checkpoints saw no new price and "
            "changed nothing",
            week=week_id,
            type="CheckpointDecided",
        )
        held = [one.account_id for one in detail.risk if one.weight]
        rows = [_path(detail.path, key, labels) for key in held]
        if not any(row["checkpoints"] for row in rows):
            st.markdown(":gray[No checkpoint of a position has been decided yet.]")
            return
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            alt="Conviction of each account since Wednesday",
            column_config={
                "course": st.column_config.LineChartColumn(width="medium", y_min=-2, y_max=2)
            },
        )
        link("conviction", "The paths in full", week=week_id)


def _path(frame: pd.DataFrame, account_id: AccountId, labels: Labels) -> dict[str, object]:
    """One account from Wednesday's conviction to its newest one, and what it did on the way."""
    own = frame[frame["account_id"] == account_id]
    acted = own[~own["action"].isin(("", CheckpointAction.STAY.value))]
    when = acted["at"].dt.tz_convert(NEW_YORK).dt.strftime("%a %H:%M")
    steps = [f"{action} {at}" for action, at in zip(acted["action"], when, strict=True)]
    return {
        "account": _name(account_id, labels),
        "Wednesday": conviction(float(own["conviction"].iloc[0])) if len(own) else "n/a",
        "now": conviction(float(own["conviction"].iloc[-1])) if len(own) else "n/a",
        "course": [float(value) for value in own["conviction"]],
        "checkpoints": max(len(own) - 1, 0),
        "acted": ", ".join(steps) or "stayed",
        "panic exits": int(own["panic"].sum()),
    }
