"""Proposals as people read them: numbers before the orders, every word after; rebuilt, the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from storage.projections.approvals import APPROVALS, ApprovalStatus
from storage.projections.writing import table_of
from storage.queries.approvals import pending_proposal, week_proposal, week_proposals
from storage.queries.reader import StoreReader
from tests.fakes.desks import on
from tests.fakes.manual_desks import NEXT, WEEK, asking, intents, say, trusting, week


def reader(made):
    return StoreReader(made.store.engine)


def statuses(found):
    return {line.account_id: line.status.value for line in found.accounts}


def rows(made):
    with made.store.engine.connect() as connection:
        return [connection.execute(select(table_of(cls))).all() for cls in APPROVALS.tables]


def test_a_pending_proposal_shows_what_would_be_traded():
    made = asking()
    assert pending_proposal(reader(made)) is None
    week(made)
    found = pending_proposal(reader(made))
    assert (found.week_id, found.expires_at) == (WEEK, on(WEEK, "11:00"))
    assert [line.account_id for line in found.accounts] == [f"acct_{n}" for n in range(1, 7)]
    assert statuses(found)["acct_6"] == ApprovalStatus.IDLE
    auto = trusting()
    week(auto)
    for line in found.accounts:
        asked = line.proposal
        planned = [i for i in intents(auto) if i.account_id == line.account_id]
        assert [(o.symbol, o.side, o.quantity) for o in asked.orders] == [
            (i.symbol, i.side, i.quantity) for i in planned
        ]
        assert asked.cash_before == Decimal(100_000)
        spent = sum((o.side.sign * o.notional for o in asked.orders), asked.costs)
        assert asked.cash_after == asked.cash_before - spent
        assert asked.position <= asked.max_position


def test_every_word_is_kept_with_who_said_it_and_why():
    made = asking()
    week(made)
    say(made, "acct_1", yes=False, reason="too much oil", at=on(WEEK, "09:10"))
    say(made, "acct_2", at=on(WEEK, "09:20"))
    made.at(on(WEEK, "11:00"))
    week(made)
    assert pending_proposal(reader(made)) is None
    found = week_proposal(reader(made), WEEK)
    lines = {line.account_id: line for line in found.accounts}
    first = lines["acct_1"]
    assert (first.status, first.reason) == (ApprovalStatus.REJECTED, "too much oil")
    assert (first.decided_by, first.decided_at) == ("a person", on(WEEK, "09:10"))
    assert lines["acct_2"].status is ApprovalStatus.APPROVED
    assert lines["acct_3"].status is ApprovalStatus.EXPIRED
    assert lines["acct_3"].decided_at == on(WEEK, "11:00")


def test_weeks_come_newest_first_and_one_that_was_overtaken_says_by_which():
    made = asking()
    week(made)
    made.at(on(NEXT))
    week(made, NEXT)
    newest, oldest = week_proposals(reader(made))
    assert (newest.week_id, oldest.week_id) == (NEXT, WEEK)
    assert oldest.superseded_by == NEXT
    assert "pending" not in statuses(oldest).values()
    assert week_proposal(reader(made), "2024-02-07") is None


@pytest.mark.parametrize("wall", ["09:00", "11:00"])
def test_rebuilt_it_is_the_same(wall):
    made = asking()
    week(made)
    say(made, "acct_4", yes=False, reason="no")
    made.at(on(WEEK, wall))
    week(made)
    before = rows(made)
    assert all(before)
    made.store.rebuild([APPROVALS])
    assert rows(made) == before
