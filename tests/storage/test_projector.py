"""Read models move with the log, and a rebuild gives the same rows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.contract.sample_events import notes
from tests.storage.conftest import EVERYWHERE, SHARED


class Tally:
    """Counts the notes of each stream, and remembers the last position it saw."""

    def __init__(self, name="tally", types=frozenset({"Noted"})):
        self.name, self.types, self.broken = name, types, False

    def reset(self, connection):
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {self.name} "
                "(stream_id TEXT PRIMARY KEY, notes INTEGER, seen INTEGER)"
            )
        )
        connection.execute(text(f"DELETE FROM {self.name}"))

    def apply(self, connection, events):
        if self.broken:
            raise RuntimeError("the projection failed")
        for event in events:
            connection.execute(
                text(
                    f"INSERT INTO {self.name} VALUES (:stream, 1, :at) ON CONFLICT (stream_id) "
                    f"DO UPDATE SET notes = {self.name}.notes + 1, seen = excluded.seen"
                ),
                {"stream": event.stream_id, "at": event.position},
            )

    def rows(self, store):
        with store.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT * FROM {self.name} ORDER BY stream_id"))
            return [tuple(row) for row in rows]


def position(store, name="tally"):
    sql = text("SELECT position FROM projection_positions WHERE name = :name")
    with store.engine.connect() as connection:
        return connection.execute(sql, {"name": name}).scalar_one()


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestProjections:
    def test_rows_and_position_move_with_the_append(self, open_at):
        tally = Tally()
        store = open_at(projections=[tally])
        store.commit([notes("week/a", 0, 2), notes("week/b", 0, 1)])
        assert tally.rows(store) == [("week/a", 2, 2), ("week/b", 1, 3)]
        assert position(store) == 3

    def test_a_projection_that_fails_takes_the_append_with_it(self, open_at):
        tally = Tally()
        store = open_at(projections=[tally])
        tally.broken = True
        with pytest.raises(RuntimeError):
            store.commit([notes("week/a", 0, 2)])
        assert list(store.read_all()) == []
        tally.broken = False
        store.commit([notes("week/a", 0, 2)])
        assert tally.rows(store) == [("week/a", 2, 2)]

    def test_appending_the_same_again_is_not_applied_again(self, open_at):
        tally = Tally()
        store = open_at(projections=[tally])
        store.commit([notes("week/a", 0, 2)])
        store.commit([notes("week/a", 0, 2)])
        assert tally.rows(store) == [("week/a", 2, 2)]

    def test_types_that_are_not_wanted_are_passed_over(self, open_at):
        tally = Tally(types=frozenset({"Listed"}))
        store = open_at(projections=[tally])
        store.commit([notes("week/a", 0, 2)])
        assert tally.rows(store) == []
        assert position(store) == 2

    def test_a_rebuild_gives_the_same_rows(self, open_at):
        tallies = [Tally(), Tally("everything", types=None)]
        store = open_at(projections=tallies)
        for number in range(5):
            store.commit([notes(f"week/{number % 2}", number // 2 * 300, 300)])
        before = [tally.rows(store) for tally in tallies]
        with store.engine.begin() as connection:
            connection.execute(text("DELETE FROM tally"))
        assert store.rebuild() == 1_500
        assert [tally.rows(store) for tally in tallies] == before
        assert position(store) == position(store, "everything") == 1_500

    def test_a_rebuild_that_fails_leaves_the_rows_as_they_were(self, open_at):
        tally = Tally()
        store = open_at(projections=[tally])
        store.commit([notes("week/a", 0, 2)])
        tally.broken = True
        with pytest.raises(RuntimeError):
            store.rebuild()
        assert tally.rows(store) == [("week/a", 2, 2)]


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestSeveralPrograms:
    def test_a_new_projection_is_filled_when_the_store_is_opened(self, open_at):
        open_at().commit([notes("week/a", 0, 2)])
        tally = Tally()
        assert tally.rows(open_at(projections=[tally])) == [("week/a", 2, 2)]

    def test_events_of_a_program_without_projections_are_caught_up_with(self, open_at):
        tally = Tally()
        store, bare = open_at(projections=[tally]), open_at()
        store.commit([notes("week/a", 0, 1)])
        bare.commit([notes("week/b", 0, 2)])
        assert tally.rows(store) == [("week/a", 1, 1)]
        store.commit([notes("week/a", 1, 1)])
        assert tally.rows(store) == [("week/a", 2, 4), ("week/b", 2, 3)]

    def test_a_lagging_projection_is_brought_up_when_opened(self, open_at):
        tally = Tally()
        open_at(projections=[tally])
        open_at().commit([notes("week/b", 0, 2)])
        assert tally.rows(open_at(projections=[tally])) == [("week/b", 2, 2)]
