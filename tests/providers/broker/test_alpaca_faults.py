"""Every fault of the exchange: exactly the intended orders, none twice, none lost, equal books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.servers.alpaca_sweep import SCENARIOS, Scenario, sweep


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_batch_and_its_rerun_are_exactly_the_intended_orders(name):
    swept = sweep(SCENARIOS[name], 10)
    assert swept.differs == []
    assert swept.at_server == swept.intended


def test_the_comparison_sees_duplicates_lost_orders_and_books_that_differ():
    def spoil(server):
        account = server.account
        account.orders.append(account.orders[0])
        account.orders.remove(account.orders[3])
        account.cash += Decimal("0.01")

    differs = sweep(Scenario(settle=spoil), 6).differs
    assert {"duplicate batch-0000", "lost batch-0003"} <= set(differs)
    assert any(line.startswith("ledger cash") for line in differs)


def test_a_client_that_sends_again_under_a_new_id_would_be_seen():
    def resent(server):
        body = {"symbol": "SPY", "qty": "3", "side": "buy", "type": "market"}
        server.exchange.submit(server.account, {**body, "time_in_force": "day"})

    assert any("stranger" in line for line in sweep(Scenario(settle=resent), 4).differs)
