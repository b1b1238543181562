"""Queries read and never write; what is not there is an empty answer, not an error."""

from __future__ import annotations

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from core.desk.writing import account_stream
from core.errors import BadInput
from core.events import ALL_EVENTS
from core.events.account import CheckpointDecided, NoNewPrice
from core.events.calls import ModelCallFailed, ModelCallRequested
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.decision import DecisionOrigin
from core.schemas.model_call import Message, ModelRequest
from core.schemas.research import PackStatus
from core.types import AccountId, CheckpointAction, StoreKind, StreamId, WeekId
from storage import queries
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.queries import AccountRole, RunStatus, StageStatus, StoreReader
from storage.serialization import EventRegistry
from tests.fakes.stored_weeks import (
    RUN,
    append,
    open_desk,
    simulated_store,
    start_run,
    write_week,
)
from tests.fakes.week import AS_OF, WEEK
from tests.storage.conftest import SHARED

EVERYTHING = (
    queries.accounts,
    queries.council_standing,
    queries.desk_facts,
    queries.holdings,
    queries.last_run,
    queries.standings,
    queries.week_summaries,
)


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


@pytest.fixture
def reader_at():
    """Opens readers that are closed at the end."""
    opened = []

    def open_it(url):
        opened.append(StoreReader.at(url))
        return opened[-1]

    yield open_it
    for reader in opened:
        reader.close()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('simulated') / 'desk.db'}"
    simulated_store(url, weeks=5)
    return StoreReader.at(url)


def assert_nothing(reader):
    for ask in EVERYTHING:
        assert not ask(reader), ask.__name__
    assert queries.equity_frame(reader).empty
    assert queries.week_detail(reader, WeekId("2026-11-18")) is None
    assert reader.version() == "empty"


def test_a_missing_store_answers_with_nothing_and_is_not_created(tmp_path):
    assert_nothing(StoreReader.at(f"sqlite:///{tmp_path / 'no' / 'where.db'}"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_an_empty_store_answers_with_nothing(open_at, store_url, reader_at):
    open_at(projections=ALL_PROJECTIONS)
    assert_nothing(reader_at(store_url))


def test_a_file_of_something_else_answers_with_nothing(tmp_path):
    file = tmp_path / "empty.db"
    file.touch()
    assert_nothing(StoreReader.at(f"sqlite:///{file}"))


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_reader_cannot_write(desk, store_url, reader_at):
    reader = reader_at(store_url)
    with (
        pytest.raises(DBAPIError, match=r"readonly|read-only|query_only"),
        reader._engine.connect() as connection,
    ):
        connection.execute(text("DELETE FROM weeks"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_in_a_folder_that_cannot_be_written_is_read(desk, store_url, tmp_path):
    desk.close()
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert queries.desk_facts(StoreReader.at(store_url)) is not None
    tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/x", "nonsense"])
def test_an_address_that_cannot_be_read_is_refused_in_one_line(url):
    with pytest.raises(BadInput):
        StoreReader.at(url)


def test_a_store_put_in_the_place_of_another_is_seen(tmp_path, open_at, store_url):
    store = open_at(projections=ALL_PROJECTIONS)
    reader = StoreReader.at(store_url)
    before = reader.version()
    open_desk(store, StoreKind.DEMO)
    assert reader.version() != before
    assert queries.desk_facts(reader).kind is StoreKind.DEMO


def test_a_file_is_open_once_while_it_is_held_and_never_after(tmp_path, desk):
    desk.close()
    file, other = tmp_path / "shown.db", tmp_path / "other.db"
    shutil.copy(desk.engine.url.database, file)
    reader, now = StoreReader.at(f"sqlite:///{file}"), []
    event.listen(reader._engine, "connect", lambda *_: now.append(1))
    event.listen(reader._engine, "close", lambda *_: now.pop())
    opened = []
    event.listen(reader._engine, "connect", lambda *_: opened.append(1))
    with reader.held():
        assert len({reader.version() for _ in range(5)}) == 1
        assert (len(opened), len(now), queries.week_ids(reader)) == (1, 1, ())
        store = open_store(
            f"sqlite:///{other}", registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS
        )
        write_week(store)
        store.close()
        other.replace(file)
        assert queries.week_ids(reader) == (WEEK,)
    assert now == []
    reader.version()
    assert now == []
    file.unlink()
    assert reader.version() == "empty"


def test_who_holds_a_store_asks_of_one_version_and_of_the_newest_afterwards(desk):
    reader = StoreReader(desk.engine)
    with reader.held():
        before = reader.version()
        write_week(desk)
        with reader.held():
            assert reader.version() == before
        assert reader.version() == before
        assert elsewhere(reader.version) != before
    assert reader.version() != before


def elsewhere(read):
    with ThreadPoolExecutor(1) as other:
        return other.submit(read).result()


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_week_is_read_as_it_was_written(desk):
    write_week(desk)
    reader = StoreReader(desk.engine)
    (summary,) = queries.week_summaries(reader)
    assert (summary.week_id, summary.run_id, summary.profile) == (WEEK, RUN, "live")
    assert summary.received == "3 of 4"
    assert summary.seats == 4
    assert summary.stages_in(StageStatus.STALE) == ("chairman",)
    assert summary.stages_in(StageStatus.FAILED) == ()
    detail = queries.week_detail(reader, WEEK)
    assert [pitch.idea_id for pitch in detail.pitches] == ["idea-1", "idea-2", "idea-3"]
    assert [one.account_id for one in detail.abstentions] == ["acct_4"]
    assert detail.packs["A"].status is PackStatus.RECEIVED
    assert detail.packs["B"].status is PackStatus.MISSING
    assert detail.snapshot.symbols == ("SPY", "TLT")
    assert set(detail.snapshot.absent) == {"GLD"}
    assert len(detail.reviews) == 6
    assert detail.reviews[0].scores.mean == 5
    assert detail.decision.origin is DecisionOrigin.CHAIRMAN
    assert detail.risk[0].hits[0].limit == "max_gross_pct"
    assert detail.postmortem is None


def test_a_week_that_has_only_begun_has_nothing_rather_than_zeros(desk):
    start_run(desk)
    detail = queries.week_detail(StoreReader(desk.engine), WEEK)
    assert detail.summary.status == RunStatus.RUNNING
    assert detail.summary.decision is None
    assert (detail.packs, detail.snapshot, detail.decision) == ({}, None, None)
    assert detail.path.empty


def test_accounts_have_their_roles_and_rules_are_called_rules(desk, simulated):
    roles = [account.role for account in queries.accounts(StoreReader(desk.engine))]
    assert roles == [AccountRole.PM] * 4 + [AccountRole.COUNCIL, AccountRole.FLAT]
    shown = [account.shown for account in queries.accounts(simulated)]
    assert shown[4] == "Council (rules/chairman)"
    assert all("rules/" in name for name in shown[:5])


def test_checkpoints_without_a_new_price_are_counted_and_others_make_the_path(desk):
    write_week(desk)
    account = AccountId("acct_1")
    quiet = [
        NoNewPrice(
            checkpoint_id=f"q{number}",
            week_id=WEEK,
            time="14:00",
            account_id=account,
            price_known_at=AS_OF,
        )
        for number in range(2)
    ]
    decided = CheckpointDecided(
        decision=CheckpointDecision(
            checkpoint_id="c1",
            week_id=WEEK,
            time="12:00",
            account_id=account,
            conviction_before=1.0,
            conviction_after=0.4,
            action=CheckpointAction.REDUCE,
            reason_delta="fell",
            rule="reduce_below",
            indicators_snapshot=(),
            price=None,
            pnl=None,
            return_since_entry=None,
            panic=False,
            invalidated=False,
            engine="rules",
            timestamp=AS_OF,
        )
    )
    append(desk, account_stream(account), *quiet, decided)
    detail = queries.week_detail(StoreReader(desk.engine), WEEK)
    assert detail.quiet == {account: 2}
    assert list(detail.path["conviction"]) == [0.4]
    assert list(detail.path["action"]) == ["REDUCE"]


def test_a_failed_call_is_kept_with_its_line(desk):
    request = ModelRequest(
        call="pitch/acct_1",
        model="openai/gpt-5.1",
        messages=(Message(role="user", content="?"),),
    )
    stream = StreamId(f"run/{RUN}/pitch/acct_1")
    append(
        desk,
        stream,
        ModelCallRequested(request_hash="h", request=request),
        ModelCallFailed(request_hash="h", error="ModelTimeout", message="no answer in 180 s"),
    )
    with desk.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM model_calls")).mappings().one()
    assert (row["call"], row["status"]) == ("pitch/acct_1", "failed")
    assert row["message"] == "ModelTimeout: no answer in 180 s"


def test_the_leaderboard_has_every_account_and_says_unknown_where_it_is(simulated):
    every = queries.standings(simulated)
    assert len(every) == 6
    returns = [one.performance.total_return for one in every]
    assert returns == sorted(returns, reverse=True)
    flat = next(one for one in every if one.account.role is AccountRole.FLAT)
    assert (flat.performance.sharpe, flat.performance.hit_rate) == (None, None)
    assert flat.equity == 100_000


def test_under_twenty_sessions_ratios_are_unknown(tmp_path):
    url = f"sqlite:///{tmp_path / 'short.db'}"
    simulated_store(url, weeks=1)
    assert {one.performance.sharpe for one in queries.standings(StoreReader.at(url))} == {None}


def test_the_council_is_compared_with_its_members_over_the_same_sessions(simulated):
    standing = queries.council_standing(simulated)
    assert standing.council.account.role is AccountRole.COUNCIL
    assert len(standing.mean) == len(standing.council.curve)
    assert standing.mean[0] == 100_000
    assert standing.comparison.best is not None


def test_weeks_come_newest_first_and_closed_ones_say_so(simulated):
    weeks = queries.week_summaries(simulated)
    assert [one.week_id for one in weeks] == sorted((w.week_id for w in weeks), reverse=True)
    assert [one.closed for one in weeks] == [False, True, True, True, True]
    detail = queries.week_detail(simulated, weeks[1].week_id)
    assert detail.postmortem is not None
    assert not detail.postmortem.provisional
    assert detail.orders


def test_a_week_by_itself_reads_as_it_does_among_all(simulated):
    weeks = queries.week_summaries(simulated)
    assert queries.week_ids(simulated) == tuple(one.week_id for one in weeks)
    assert queries.week_summary(simulated, weeks[2].week_id) == weeks[2]
    assert queries.week_summary(simulated, WeekId("2020-01-01")) is None


def test_the_last_run_names_its_week_and_how_it_ended(simulated):
    run = queries.last_run(simulated)
    assert (run.week_id, run.status, run.official) == ("2026-09-30", RunStatus.COMPLETED, True)
    assert run.problem is None
