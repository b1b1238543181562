"""From wish to fill: the limits with their numbers, orders and fills, conviction since Wednesday."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.clock import NEW_YORK
from core.types import AccountId, CheckpointAction
from pages.ui.charts import conviction_path
from pages.ui.components import card_title, who
from pages.ui.format import conviction, dollars, moment, percent, shares, trade, words
from pages.ui.safe import safe
from storage.queries import AccountLabel, WeekDetail

Labels = Mapping[AccountId, AccountLabel]


def _name(account_id: AccountId, labels: Labels) -> str:
    return labels[account_id].shown if account_id in labels else account_id


def risk_card(detail: WeekDetail, labels: Labels) -> None:
    """What each account asked for and what the hard limits left of it."""
    with st.container(border=True):
        card_title("Risk", "weights are shares of equity; no model can override a limit")
        if not detail.risk:
            st.markdown(":gray[The limits have not been applied yet.]")
            return
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "account": _name(one.account_id, labels),
                        "trade": trade(one.instrument, one.direction),
                        "conviction": conviction(one.conviction),
                        "asked": percent(one.asked_weight),
                        "allowed": percent(one.weight),
                        "limits": "; ".join(words(hit.limit) for hit in one.hits) or "none hit",
                    }
                    for one in detail.risk
                ]
            ),
            hide_index=True,
            alt="Asked and allowed weight of each account",
        )
        for one in detail.risk:
            for hit in one.hits:
                st.markdown(
                    f":orange-badge[{hit.outcome}] **{who(labels.get(one.account_id), one.account_id)}** "
                    f"{safe(words(hit.limit))}: asked {safe(hit.asked)}, allowed {safe(hit.allowed)}. "
                    f":gray[{safe(hit.reason)}]"
                )


def orders_card(detail: WeekDetail, labels: Labels) -> None:
    """Every order of the week, from its intent to its fills."""
    with st.container(border=True):
        card_title("Orders and fills", "prices in $ a share after slippage; costs in $")
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


def conviction_card(detail: WeekDetail, labels: Labels) -> None:
    """How each account's conviction moved at the checkpoints that saw a new price."""
    with st.container(border=True):
        quiet = sum(detail.quiet.values())
        card_title(
            "Checkpoints",
            f"conviction from −2 to +2 since Wednesday; {quiet} checkpoints saw no new price and "
            "changed nothing",
        )
        held = [one.account_id for one in detail.risk if one.weight]
        paths = {key: _path(detail.path, key) for key in held}
        if all(len(path) < 2 for path in paths.values()):
            st.markdown(":gray[No checkpoint of a position has been decided yet.]")
            return
        with st.grid(4, min_column_width=220, gap="small") as grid:
            for key, path in paths.items():
                with grid.cell():
                    st.markdown(who(labels.get(key), key))
                    st.altair_chart(
                        conviction_path(path), alt=f"Conviction of {_name(key, labels)}"
                    )


def _path(frame: pd.DataFrame, account_id: AccountId) -> pd.DataFrame:
    """One account's steps at New York wall time; Wednesday's own begins it and acted on nothing."""
    own = frame[frame["account_id"] == account_id]
    local = own["at"].dt.tz_convert(NEW_YORK)
    return own.assign(
        at=local.dt.tz_localize(None),
        local=local.dt.strftime("%a %d %b %H:%M ET"),
        action=own["action"].replace("", CheckpointAction.STAY.value),
    )
