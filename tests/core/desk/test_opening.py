"""A desk keeps its broker: accounts never go on at another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.desk.opening import configured, open_desk
from core.errors import BadInput
from tests.fakes.desks import bench, on, rules_settings


def test_orders_never_move_to_another_broker():
    made = bench(rules_settings())
    open_desk(made.desk, on("2024-01-03"))
    other = replace(made.desk, broker_name="alpaca")
    with pytest.raises(BadInput, match="orders go to simulated and would now go to alpaca"):
        open_desk(other, on("2024-01-03"))
    assert configured(made.store).broker == "simulated"


def test_the_same_accounts_may_be_reached_another_way():
    made = bench(rules_settings())
    open_desk(replace(made.desk, broker_name="alpaca"), on("2024-01-03"))
    open_desk(replace(made.desk, broker_name="alpaca_mcp"), on("2024-01-03"))
    assert configured(made.store).broker == "alpaca_mcp"
