"""What an account did, page by page, and all of it as files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.rules.round_trip import ClosedTrade
from core.types import AccountId
from pages.ui import accounts_data
from pages.ui.accounts_data import PAGE
from pages.ui.card_head import card_head
from pages.ui.data import StoreState
from pages.ui.format import dollars, moment, shares, signed_dollars, signed_percent, trade, words
from pages.ui.order_cells import order_cells
from pages.ui.spreadsheet import csv_file
from storage.queries import OrderLine
from storage.queries.account_history import (
    EquityLine,
    FillLine,
    Slice,
    account_equity,
    account_fills,
    account_orders,
)

TRIPS, ORDERS, FILLS = "round trips", "orders", "fills"


def history_card(state: StoreState, account: AccountId) -> None:
    """Round trips, orders or fills of the account under every model, newest first."""
    card_head(
        "History",
        "the whole account, newest first; prices in $ a share, round trips net of every cost",
        stream=f"account/{account}",
    )
    shown = st.segmented_control(
        "Table",
        [TRIPS, ORDERS, FILLS],
        default=TRIPS,
        key="table",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    counts = accounts_data.counts(state, account)
    total = {TRIPS: counts.trips, ORDERS: counts.orders, FILLS: counts.fills}[shown or TRIPS]
    if not total:
        st.markdown(f":gray[No {shown} yet.]")
    else:
        page = _page(shown or TRIPS, total)
        st.dataframe(
            _rows(state, account, shown or TRIPS, page),
            hide_index=True,
            height="content",
            alt=f"The account's {shown}, page {page}",
        )
    _downloads(state, account)


def _page(shown: str, total: int) -> int:
    pages = -(-total // PAGE)
    st.caption(f"{total:,} {shown}, {PAGE} a page")
    return (
        st.pagination(pages, key=f"{shown.split(maxsplit=1)[0]}_page", bind="query-params")
        if pages > 1
        else 1
    )


def _rows(state: StoreState, account: AccountId, shown: str, page: int) -> pd.DataFrame:
    if shown == TRIPS:
        return pd.DataFrame([_trip(one) for one in accounts_data.trips(state, account, page)])
    if shown == ORDERS:
        return pd.DataFrame([_order(one) for one in accounts_data.orders(state, account, page)])
    return pd.DataFrame([_fill(one) for one in accounts_data.fills(state, account, page)])


def _trip(one: ClosedTrade) -> dict[str, object]:
    return {
        "closed": moment(one.closed_at),
        "trade": trade(one.symbol, one.direction),
        "shares": shares(one.quantity),
        "entry": dollars(one.entry_price, 2),
        "exit": dollars(one.exit_price, 2),
        "P/L net": signed_dollars(one.pnl),
        "earned": signed_percent(one.earned, 2),
        "costs": dollars(one.costs, 2),
        "opened": moment(one.opened_at),
    }


def _order(one: OrderLine) -> dict[str, object]:
    return {"decided": moment(one.decided_at), **order_cells(one), "reason": one.reason}


def _fill(one: FillLine) -> dict[str, object]:
    return {
        "filled": moment(one.filled_at),
        "fill": f"{one.side} {shares(one.quantity)} {one.symbol}",
        "price": dollars(one.price, 2),
        "commission": dollars(one.commission, 2),
        "why": words(one.purpose),
        "week": one.week_id,
        "priced at": one.price_kind,
        "source": one.source,
    }


def _downloads(state: StoreState, account: AccountId) -> None:
    """Made when they are asked for: a page does not carry what nobody wants."""
    files = {
        "equity": lambda: csv_file(EquityLine, account_equity(state.reader, account)),
        ORDERS: lambda: csv_file(OrderLine, account_orders(state.reader, account, Slice())),
        FILLS: lambda: csv_file(FillLine, account_fills(state.reader, account, Slice())),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":gray[Download as CSV]")
        for name, make in files.items():
            st.download_button(
                name.capitalize(),
                make,
                file_name=f"{account}-{name}.csv",
                mime="text/csv",
                key=f"download {name}",
                on_click="ignore",
            )
