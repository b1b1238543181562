"""Read models come from the log alone: emptied and filled again, every row is the same."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from config.settings import load_settings
from config.wiring import open_store
from core.desk.books import AccountBooks
from core.types import AccountId
from storage.projections import ALL_PROJECTIONS
from storage.projections.ledgers import Positions
from storage.projections.portfolio_tables import AccountRow
from storage.projections.writing import table_of
from tests.fakes.stored_weeks import open_desk, simulated_store, write_week
from tests.storage.conftest import SHARED

NOT_THERE = {"abstentions", "budget_stops", "jobs", "proposals", "approvals"} | {
    "share_links",
    "passes",
    "planned_slots",
    "slot_attempts",
    "scheduler_pause",
    "conversations",
    "notes",
    "postmortem_texts",
    "discovery_rounds",
    "suggestions",
    "suggestion_picks",
    "watchlists",
    "watch_moves",
    "cycles",
    "cycle_symbols",
    "strategy_marks",
    "forward_returns",
    "forward_days",
    "strategy_standings",
    "strategy_days",
    "capital_moves",
}
"""A simulated rules desk has none: nobody is silent, paid, asked, pausing or noting, no scheduler ran.

Nor does it look for symbols, or trade beside the council: those rows are rebuilt in
tests/pages/test_discovery.py, test_league.py, tests/core/desk/test_cycle_month.py and
tests/storage/projections/test_strategies.py.
"""
TABLES = [cls for projection in ALL_PROJECTIONS for cls in projection.tables]


def every_row(store):
    with store.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in map(table_of, TABLES)
        }


def reopened(url):
    return open_store(load_settings(env={}, profile="rules", store=url), url)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_rebuild_gives_every_row_again(store_url):
    simulated_store(store_url, weeks=4)
    store = reopened(store_url)
    live = every_row(store)
    filled = {name for name, rows in live.items() if rows}
    assert filled == {table_of(cls).name for cls in TABLES} - NOT_THERE
    assert store.rebuild() == store.last_position()
    assert every_row(store) == live
    store.close()


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_each_read_model_can_be_rebuilt_alone(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store, "as written")
    live = every_row(store)
    assert live["abstentions"]
    for projection in ALL_PROJECTIONS:
        with store.engine.begin() as connection:
            projection.reset(connection)
        assert all(not every_row(store)[table_of(cls).name] for cls in projection.tables)
        store.rebuild([projection])
        assert every_row(store) == live


def test_a_store_written_without_read_models_gets_them_when_it_is_opened(open_at):
    plain = open_at()
    open_desk(plain)
    write_week(plain)
    assert not every_row(plain)["weeks"]
    opened = open_at(projections=ALL_PROJECTIONS)
    assert [row[0] for row in every_row(opened)["weeks"]] == ["2026-11-18"]


def test_no_table_belongs_to_two_read_models():
    assert set(Counter(TABLES).values()) == {1}


def test_accounts_hold_exactly_what_the_books_fold(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    simulated_store(url, weeks=2)
    store = reopened(url)
    books = AccountBooks(store)
    with store.engine.connect() as connection:
        rows = connection.execute(select(table_of(AccountRow))).mappings().all()
    assert len(rows) == 6
    for row in rows:
        ledger = books.book(AccountId(row["account_id"])).ledger
        assert Decimal(row["cash"]) == ledger.cash
        assert Decimal(row["costs"]) == ledger.costs
        assert Decimal(row["realised_pnl"]) == ledger.realised_pnl
        assert Positions.validate_json(row["positions"]) == dict(ledger.positions)
    assert any(row["positions"] != "{}" for row in rows)
    store.close()


def test_closed_trades_are_those_of_the_ledger(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    simulated_store(url, weeks=4)
    store = reopened(url)
    books = AccountBooks(store)
    with store.engine.connect() as connection:
        stored = connection.execute(
            text("SELECT account_id, pnl FROM trades ORDER BY position")
        ).all()
    folded = {
        account: [str(trade.pnl) for trade in books.book(AccountId(account)).ledger.closed_trades]
        for account in {row.account_id for row in stored}
    }
    assert stored
    for account, pnls in folded.items():
        assert [row.pnl for row in stored if row.account_id == account] == pnls
    store.close()
