"""What `proposal`, `approve` and `reject` say, and what they refuse."""

from __future__ import annotations

import json

import pytest

from config.terminal import approval, week_reports
from core.errors import BadInput
from storage.queries.reader import StoreReader
from tests.fakes.desks import on
from tests.fakes.manual_desks import WEEK, asking, say, week

NINE = on(WEEK, "09:00")
YES = approval.word(None, None, every=True, approved=True)


def no(account, reason=None):
    return approval.word(account, reason, every=False, approved=False)


@pytest.fixture
def made():
    desk = asking()
    week(desk)
    return desk


def shown(made, capsys, now=NINE, week_id=None, *, as_json=False):
    capsys.readouterr()
    approval.proposal(StoreReader(made.store.engine), week_id, now, as_json=as_json)
    return capsys.readouterr().out


def test_a_proposal_is_a_table_of_numbers(made, capsys, monkeypatch):
    monkeypatch.setattr(approval.show.console, "width", 400)
    out = shown(made, capsys)
    assert out.startswith(f"week {WEEK}, proposed {WEEK} 08:00 New York; open until 11:00 New York")
    rows = {line.split()[0]: line for line in out.splitlines() if line.startswith("acct_")}
    assert len(rows) == 6
    assert "BUY" in out
    assert "$100000.00" in rows["acct_1"]
    assert rows["acct_6"].rstrip().endswith("nothing to do")


def test_it_says_when_it_is_over_and_what_was_said(made, capsys, monkeypatch):
    monkeypatch.setattr(approval.show.console, "width", 400)
    assert "expired at 11:00 New York" in shown(made, capsys, on(WEEK, "11:30"))
    approval.say(made.store, WEEK, no("acct_1", "too [red]much[/red]"), NINE)
    assert "rejected by operator: too [red]much[/red]" in shown(made, capsys)
    say(made)
    assert shown(made, capsys) == "nothing waits for approval\n"
    assert "every account is decided" in shown(made, capsys, week_id=WEEK)


def test_as_json_it_is_one_document(made, capsys):
    found = json.loads(shown(made, capsys, as_json=True))["proposal"]
    assert found["week_id"] == WEEK
    assert len(found["accounts"]) == 6
    assert found["accounts"][0]["proposal"]["cash_before"] == "100000"


def test_approving_says_whom_and_how_it_goes_on(made):
    lines = approval.say(made.store, WEEK, YES, NINE)
    assert lines[0] == f"week {WEEK}: approved acct_1, acct_2, acct_3, acct_4, acct_5"
    assert f"run_weekly --week {WEEK}" in lines[1]


def test_a_rejection_without_a_reason_is_refused(made):
    with pytest.raises(BadInput, match="--reason TEXT"):
        approval.say(made.store, WEEK, no("acct_1"), NINE)


@pytest.mark.parametrize(("account", "every"), [(None, False), ("acct_1", True)])
def test_whom_it_is_about_must_be_said_once(account, every):
    with pytest.raises(BadInput, match=r"--account ACCOUNT, or --all-accounts"):
        approval.word(account, None, every=every, approved=True)
    assert approval.word("acct_1", None, every=False, approved=True).account_id == "acct_1"
    assert YES.account_id is None


def test_a_week_that_asked_nobody_says_so(made, capsys):
    with pytest.raises(BadInput, match="week 2024-02-07 has proposed nothing"):
        shown(made, capsys, week_id="2024-02-07")


def test_a_waiting_run_says_what_for(made, capsys):
    week_reports.week_run(week(made), as_json=False)
    out = capsys.readouterr().out
    assert "already done" not in out
    assert "nothing is traded yet, it waits for approval until 11:00 New York" in out
    week_reports.week_run(week(made), as_json=True)
    assert json.loads(capsys.readouterr().out)["waiting"] == "approval until 11:00 New York"


def test_a_past_week_lived_again_is_decided_on_at_its_own_instant(council, root, empty, capsys):
    """`run_weekly` of a week long over stops at its gate; the same commands take it through."""
    risk = root / "config" / "risk.yaml"
    risk.write_text(risk.read_text().replace("approval: auto", "approval: manual"))
    asked = ("--week", WEEK, "--store", empty)
    assert "waits for approval until" in council("run_weekly", *asked, "--profile", "rules").out
    assert "open until 2024-01-03 11:00 New York" in council("proposal", *asked).out
    said = council("reject", *asked, "--account", "acct_1", "--reason", "no")
    assert (said.code, said.out.splitlines()[0]) == (0, f"week {WEEK}: rejected acct_1")
    assert council("approve", *asked, "--all-accounts").code == 0
    done = council("run_weekly", *asked, "--json").json
    assert done["completed"]
    assert "identical" in council("replay", *asked).out
    council("approve", *asked, "--all-accounts").check_refused("every account of week")


def test_a_week_run_in_its_time_is_never_decided_after_its_end(made):
    """Its proposal came after its run began: the clock went on, and so did the market."""
    later = asking()
    week(later, until="risk")
    later.at(on(WEEK, "08:01"))
    week(later)
    with pytest.raises(BadInput, match="expired at 2024-01-03 11:00 New York"):
        approval.say(later.store, WEEK, YES, on("2024-01-10", "07:00"))
    assert approval.moment(made.store, WEEK, on("2024-01-10", "07:00")) == on(WEEK)
