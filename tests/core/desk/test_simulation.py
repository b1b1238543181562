"""The same simulation twice, resumed, under another seed, and in stores it must keep out of."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from config.wiring import open_store
from core.desk.opening import configured, open_desk
from core.errors import BadInput
from core.events.account import AccountOpened, SeatModelChanged
from core.events.system import DeskConfigured, SlotFinished
from core.events.week import LabelsAssigned, MarketSnapshotFrozen
from core.types import StoreKind
from tests.fakes.desks import Bench, bench, on, rules_settings

START, END = "2024-01-03", "2024-01-19"


def simulated(seed: int | None = None, store: str = "sqlite://") -> Bench:
    made = bench(rules_settings(store), seed=seed)
    report = made.simulate(START, END)
    assert (report.weeks, report.failed) == (3, 0)
    return made


@pytest.fixture(scope="module")
def once() -> Bench:
    return simulated(7)


def test_the_same_seed_ends_every_stream_with_the_same_hash(once, tmp_path):
    again = simulated(7, f"sqlite:///{tmp_path}/again.db")
    assert again.heads() == once.heads()
    again.store.close()


def test_running_it_again_over_the_same_store_changes_nothing(once):
    before, position = once.heads(), once.store.last_position()
    again = once.under({})
    report = bench(once.settings, once.store).simulate(START, END)
    assert report.failed == 0
    assert again.heads() == before
    assert once.store.last_position() == position


def test_a_simulation_in_two_parts_is_one(once):
    made = bench(rules_settings(), seed=7)
    made.simulate(START, "2024-01-11")
    later = bench(made.settings, made.store)
    later.simulate(START, END)
    assert later.heads() == once.heads()


def test_another_seed_is_another_market_and_other_labels_in_weeks_of_the_same_shape(once):
    other = simulated(8)
    assert labels(other) != labels(once)
    snapshots = [made.events(MarketSnapshotFrozen)[0].value for made in (once, other)]
    assert snapshots[0].assets[0].price != snapshots[1].assets[0].price
    assert shape(other) == shape(once)


def labels(made: Bench) -> list[object]:
    return [event.value for event in made.events(LabelsAssigned)]


def shape(made: Bench) -> Counter[str]:
    """Events of the desk's routine, which no price changes."""
    routine = {
        "WeekClaimed", "RunStarted", "StageCompleted", "RunCompleted", "TargetSet", "UniverseMarked",
        "SlotFinished", "AccountOpened", "DeskConfigured", "PostmortemWritten",
    }  # fmt: skip
    return Counter(row.type for row in made.store.read_all() if row.type in routine)


def test_the_stores_seed_is_kept_when_it_is_opened_again(once):
    again = bench(once.settings, once.store, seed=99)
    assert again.desk.seed == 7
    assert configured(once.store).seed == 7


def test_labels_differ_between_weeks_of_one_seed(once):
    first, *others = labels(once)
    assert any(first != other for other in others)


def test_a_simulation_says_what_it_is(once):
    (event,) = once.events(DeskConfigured)
    assert event.kind is StoreKind.SIMULATION
    assert event.market_source == "SIMULATED"
    assert event.profile == "rules"


@pytest.mark.parametrize("kind", [StoreKind.REAL, StoreKind.DEMO])
def test_a_simulation_is_refused_in_another_desks_store(kind):
    settings = rules_settings()
    other = bench(settings, at=on("2024-01-02"), kind=kind)
    open_desk(other.desk, on("2024-01-02"))
    before = other.heads()
    with pytest.raises(BadInput) as refused:
        bench(settings, other.store).simulate(START, END)
    assert str(refused.value) == (
        f"this store holds a {kind} desk and a SIMULATION one was asked for: "
        "give another store with --store URL"
    )
    assert other.heads() == before


def test_a_real_desk_is_refused_in_a_simulations_store(once):
    before = once.heads()
    real = bench(once.settings, once.store, kind=StoreKind.REAL)
    with pytest.raises(BadInput, match="this store holds a SIMULATION desk and a REAL one"):
        open_desk(real.desk, on(END))
    assert once.heads() == before


def test_a_range_without_a_session_is_refused_and_leaves_an_empty_store():
    made = bench(rules_settings())
    with pytest.raises(BadInput, match="no session between 2024-01-06 and 2024-01-07"):
        made.simulate("2024-01-06", "2024-01-07")
    assert made.heads() == {}


def test_models_changed_between_weeks_are_noted_once_for_each_account():
    made = bench(rules_settings(), seed=7)
    made.simulate("2024-01-03", "2024-01-09")
    other = made.under({"pm.trend.model": "rules/mean-reversion", "pm.carry.model": "rules/trend"})
    other.simulate("2024-01-10", "2024-01-19")
    changed = other.events(SeatModelChanged)
    assert [(e.account_id, e.week_id, e.previous_model, e.model) for e in changed] == [
        ("acct_1", "2024-01-10", "rules/trend", "rules/mean-reversion"),
        ("acct_4", "2024-01-10", "rules/carry", "rules/trend"),
    ]
    assert len(other.events(AccountOpened)) == 6
    assert len({e.settings_fingerprint for e in other.events(DeskConfigured)}) == 2
    for week in ("2024-01-03", "2024-01-10", "2024-01-17"):
        assert other.replay(week).difference is None


def test_a_failed_slot_keeps_its_reason_and_stops_nothing():
    """No price on the 4th: its mark fails by name, the days after go on."""
    made = bench(rules_settings(), seed=7)
    hidden = Hiding(made.desk.market, date(2024, 1, 4))
    other = bench(made.settings, made.store, clock=made.desk.clock, market=hidden)
    report = other.simulate("2024-01-03", "2024-01-05")
    assert report.failed == 1
    (failed,) = [e for e in other.events(SlotFinished) if e.outcome == "failed"]
    assert failed.slot == "mark/2024-01-04/close"
    assert failed.detail.startswith("no asset has a price of 2024-01-04 in SIMULATED")


class Hiding:
    """A market whose quotes of one session never come."""

    def __init__(self, inner, session):
        self._inner, self._session = inner, session
        self.source = inner.source

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def quotes(self, symbols, as_of):
        found = self._inner.quotes(symbols, as_of)
        if any(quote.session == self._session for quote in found.values()):
            before = on("2024-01-03", "17:00")
            return self._inner.quotes(symbols, before)
        return found


def test_a_store_reopened_from_its_file_goes_on(tmp_path, once):
    url = f"sqlite:///{tmp_path}/desk.db"
    first = bench(rules_settings(url), seed=7)
    first.simulate(START, "2024-01-10")
    first.store.close()
    settings = rules_settings(url)
    second = bench(settings, open_store(settings))
    second.simulate(START, END)
    assert second.heads() == once.heads()
    second.store.close()
