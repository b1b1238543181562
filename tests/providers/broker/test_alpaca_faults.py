"""Every fault of the exchange: exactly the intended orders, none twice, none lost, equal books."""

from __future__ import annotations

import pytest

from tests.servers.alpaca_sweep import SCENARIOS, sweep


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_batch_and_its_rerun_are_exactly_the_intended_orders(name):
    swept = sweep(SCENARIOS[name], 12)
    assert swept.differs == []
    assert swept.at_server == swept.intended
