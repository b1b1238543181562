"""The store keeps the EventStore contract on every database."""

from __future__ import annotations

import pytest

from tests.contract.event_store import EventStoreContract
from tests.storage.conftest import EVERYWHERE


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestSqlEventStore(EventStoreContract):
    pass
