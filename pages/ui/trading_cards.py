"""From order to fill, and what the checkpoints made of it: orders, fills, conviction since Wednesday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from core.clock import in_new_york
from core.types import AccountId, CheckpointAction
from pages.ui.card_head import card_head
from pages.ui.format import conviction, moment
from pages.ui.order_cells import order_cells
from pages.ui.places import link
from storage.queries import AccountLabel, WeekDetail

Labels = Mapping[AccountId, AccountLabel]
CONTENT = ("conviction", "action", "panic")


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
                        **order_cells(one),
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
        paths = _paths(detail.path)
        rows = [_row(_name(key, labels), paths.get(key, [])) for key in held]
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


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    conviction: float
    action: str
    panic: bool


def _paths(frame: pd.DataFrame) -> dict[str, list[_Step]]:
    """Every account's steps; a frame asked row by row costs more than all cards of the page."""
    found: dict[str, list[_Step]] = {}
    columns = (frame[name].tolist() for name in ("account_id", "at", *CONTENT))
    for account_id, *step in zip(*columns, strict=True):
        found.setdefault(account_id, []).append(_Step(*step))
    return found


def _row(name: str, path: Sequence[_Step]) -> dict[str, object]:
    """One account from Wednesday's conviction to its newest one, and what it did on the way."""
    acted = [one for one in path if one.action not in ("", CheckpointAction.STAY)]
    told = [f"{one.action} {in_new_york(one.at):%a %H:%M}" for one in acted]
    return {
        "account": name,
        "Wednesday": conviction(path[0].conviction) if path else "n/a",
        "now": conviction(path[-1].conviction) if path else "n/a",
        "course": [one.conviction for one in path],
        "checkpoints": max(len(path) - 1, 0),
        "acted": ", ".join(told) or "stayed",
        "panic exits": sum(one.panic for one in path),
    }
