"""A backup is a whole store of its own."""

from __future__ import annotations

import pytest

from core.errors import BadInput
from storage.backup import backup
from storage.event_store import open_store
from storage.verification import verify
from tests.contract.sample_events import notes
from tests.storage.conftest import POSTGRES, REGISTRY


def test_a_backup_holds_what_was_committed_and_goes_on_alone(store, tmp_path):
    store.commit([notes("week/x", 0, 50)])
    backup(store, tmp_path / "copies" / "copy.db")
    store.commit([notes("week/x", 50, 1)])
    copy = open_store(f"sqlite:///{tmp_path / 'copies' / 'copy.db'}", registry=REGISTRY)
    assert verify(copy).events == 50
    assert copy.heads() == store.heads(at_position=50)
    copy.commit([notes("week/x", 50, 1)])
    assert copy.heads() == store.heads()
    copy.close()


def test_an_existing_file_is_not_overwritten(store, tmp_path):
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(BadInput, match="exists already"):
        backup(store, tmp_path / "copy.db")


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_postgres_is_backed_up_by_its_own_tool(store, tmp_path):
    with pytest.raises(BadInput, match="pg_dump"):
        backup(store, tmp_path / "copy.db")
