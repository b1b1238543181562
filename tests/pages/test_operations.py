"""Operations: every card empty and full, every button a command, every refusal one line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import SystemClock
from core.commands import run_job
from core.desk import jobs
from core.desk.halts import halts
from core.desk.scheduling import paused
from core.desk.trading_switch import disable, is_disabled
from core.events.approval import ApprovalDecided
from core.events.jobs import JobOutcome, JobRequested
from core.types import StoreKind
from pages.http.store import STORE_VARIABLE
from storage.jobs import enqueue
from tests.fakes import busy_desks as busy
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import HOSTILE, said

REPLAY = run_job("replay", week_id="2026-11-18")
CLOCK = SystemClock()


@pytest.fixture
def desk(store_at):
    """A real desk with its accounts, and nothing run."""
    open_desk(store_at)
    return store_at


def signs(app):
    return {one.label: (one.value, one.delta) for one in app.metric}


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def frames(app):
    """Each table by its first column's name and its rows as text."""
    return [one.value.astype(str).to_dict("records") for one in app.dataframe]


def row_with(app, words):
    return next(row for rows in frames(app) for row in rows if words in row.values())


def fine(app):
    assert not app.exception, [one.message for one in app.exception]
    return app


def test_a_store_that_does_not_exist_shows_words_and_is_not_made(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("operations")
    assert signs(app)["Leader"] == ("Nobody", "start with cli.py up")
    for words in ("No job is open", "Nothing is planned", "No slot has ended", "No account has"):
        assert words in said(app)
    app.text_input(key="trading reason").input("to see")
    app = fine(press(app, "Disable trading"))
    assert "there is no desk here yet" in app.error[0].value.replace("\\", "")
    assert list(tmp_path.iterdir()) == []


def test_a_leader_is_alive_with_its_token_and_a_silent_one_is_told(show, desk):
    lease = busy.lead(desk)
    assert signs(show("operations"))["Leader"][0] == "Alive"
    assert "token 1" in signs(show("operations"))["Leader"][1]
    lease.release()
    app = show("operations")
    assert "cli.py up" in app.warning[0].value


def test_a_simulation_says_that_no_scheduler_works_there(show, store_at):
    open_desk(store_at, StoreKind.SIMULATION)
    assert "no scheduler works here" in said(show("operations"))


def test_slots_show_what_comes_what_was_missed_and_why(show, desk):
    busy.ended_slots(desk)
    app = show("operations")
    assert signs(app)["Next run"][0] == "Postmortem"
    assert "due for 1 h" in signs(app)["Next run"][1]
    assert row_with(app, "postmortem")["tried"].startswith("tried 1×: no price of SPY")
    assert row_with(app, "checkpoint 14:00")["in"] == "2 h 29 min"
    ended = next(rows for rows in frames(app) if "result" in rows[0] and "slot" in rows[0])
    assert [row["result"] for row in ended] == ["missed", "done"]
    assert ended[0]["late"] == "1 d 6 h"
    assert "40 minutes late" in ended[0]["why"]


def test_the_scheduler_is_paused_with_a_reason_and_goes_on(show, desk):
    busy.lead(desk)
    app = press(show("operations"), "Pause")
    assert "needs a reason" in app.error[0].value
    app.text_input(key="pause reason").input("the vendor is down")
    app = press(app, "Pause")
    assert paused(desk).reason == "the vendor is down"
    assert "the vendor is down" in said(app)
    assert any("Paused since" in (one.title or "") for one in app.warning if hasattr(one, "title"))
    fine(press(app, "Resume"))
    assert paused(desk) is None


def test_an_open_job_shows_its_progress_and_is_cancelled(show, desk):
    key = enqueue(desk, REPLAY, "page", CLOCK).key
    app = show("operations")
    assert "waits for the scheduler" in app.get("progress")[0].proto.text
    assert signs(app)["Open jobs"] == ("1", "0 running")
    held = jobs.claim(desk, key, 1, CLOCK.now())
    jobs.report(desk, held, "pitch", (3, 9), "two of four answered", CLOCK.now())
    app = show("operations")
    progress = app.get("progress")[0].proto
    assert progress.value == 33
    assert progress.text.replace("\\", "") == "3 of 9 · pitch: two of four answered"
    app = press(app, "Cancel")
    assert "cancelling" in said(app)
    jobs.finish(desk, held, JobOutcome.CANCELLED, "cancelled by page", CLOCK.now())
    assert row_with(show("operations"), key)["outcome"] == "cancelled"


def test_a_job_that_failed_says_why_and_what_it_left(show, desk):
    held = jobs.claim(desk, enqueue(desk, REPLAY, "page", CLOCK).key, 1, CLOCK.now())
    why = "stage pitch differs"
    jobs.finish(desk, held, JobOutcome.FAILED, why, CLOCK.now(), result={"stage": "pitch"})
    row = row_with(show("operations"), REPLAY.key)
    assert (row["outcome"], row["what came of it"]) == ("failed", why)
    assert row["result"] == '{"stage":"pitch"}'


def test_asking_for_a_job_shows_its_key_and_asking_twice_adds_nothing(show, desk):
    write_week(desk)
    app = show("operations")
    app = app.selectbox(key="kind").select("replay").run()
    app = press(app, "Ask for it")
    assert "Asked for replay/2026-11-18" in app.success[0].value.replace("\\", "")
    app = press(app, "Ask for it")
    assert "asked for already" in app.success[0].value
    assert [row.type for row in desk.read_all(types=[JobRequested.__name__])] == ["JobRequested"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("weekly", ["week day"]),
        ("stage", ["week day", "last stage"]),
        ("rerun", ["known week", "first stage", "model of", "temperature of", "prompt of"]),
        ("checkpoint", ["session", "time"]),
        ("postmortem", ["known week"]),
        ("simulate", ["start", "end", "seed"]),
        ("rebuild", []),
        ("export", ["known week"]),
    ],
)
def test_the_fields_follow_the_kind_and_every_kind_can_be_asked_for(show, desk, kind, fields):
    write_week(desk)
    app = show("operations")
    app = app.selectbox(key="kind").select(kind).run()
    kinds = (app.selectbox, app.date_input, app.number_input)
    keys = {one.key for group in kinds for one in group}
    assert set(fields) <= keys
    app = press(app, "Ask for it")
    assert f"Asked for {kind}/" in app.success[0].value.replace("\\", ""), app.error


def test_a_what_if_carries_what_is_different_and_a_wrong_setting_is_one_line(show, desk):
    write_week(desk)
    app = show("operations")
    app = app.selectbox(key="kind").select("rerun").run()
    seat = app.selectbox(key="model of").options[0]
    app = app.selectbox(key="model of").select_index(0).run()
    app.text_input(key="model").input("x-ai/grok-5")
    app = app.selectbox(key="temperature of").select("pitch").run()
    app.text_area(key="more").input("risk.max_position_pct=7")
    app = press(app, "Ask for it")
    assert "cannot be" in app.error[0].value
    assert "\n" not in app.error[0].value
    assert "--set" not in app.error[0].value.replace("\\", "")
    app.text_area(key="more").input("risk.max_position_pct=0.5")
    app = press(app, "Ask for it")
    [row] = desk.read_all(types=[JobRequested.__name__])
    overrides = row.payload["command"]["overrides"]
    assert "x-ai/grok-5" in overrides.values(), seat
    assert overrides["risk.max_position_pct"] == "0.5"
    assert "stages.pitch.temperature" in overrides


def test_another_prompt_starts_from_the_one_in_force(show, desk):
    write_week(desk)
    app = show("operations")
    app = app.selectbox(key="kind").select("rerun").run()
    app = app.selectbox(key="prompt of").select("pitch").run()
    area = app.text_area(key="prompt pitch")
    assert "{" in area.value
    area.input("{{ nothing_known }}")
    app = press(app, "Ask for it")
    assert "nothing" in app.error[0].value
    brief = "Say FLAT. Answer by the schema."
    app.text_area(key="prompt pitch").input(brief)
    app = press(app, "Ask for it")
    [row] = desk.read_all(types=[JobRequested.__name__])
    assert row.payload["command"]["overrides"] == {"prompt.pitch.text": brief}


def test_a_proposal_shows_its_numbers_and_one_account_is_approved(show, desk):
    busy.propose(desk)
    app = show("operations")
    words = said(app)
    assert "2 of 2 accounts wait for a word" in words
    assert "1 h 59 min left" in words
    assert "gross would be 120" in words
    row = row_with(app, "Council")
    assert (row["holds"], row["target"]) == ("cash", "100 SPY (+50.0%)")
    assert (row["cash now"], row["cash after"]) == ("$100,000", "$49,962")
    app.get("button_group")[-1].select("acct_5")
    app = press(app, "Approve")
    assert row_with(app, "Council")["word"] == "approved by operator"
    assert "1 of 2 accounts wait" in said(app)


def test_a_rejection_needs_a_reason_and_all_that_are_open_are_meant_by_default(show, desk):
    busy.propose(desk)
    app = press(show("operations"), "Reject")
    assert "needs a reason" in app.error[0].value
    app.text_input(key="approval reason").input("too large")
    app = press(app, "Reject")
    events = [desk.decode(row) for row in desk.read_all(types=[ApprovalDecided.__name__])]
    assert [(one.account_id, one.approved, one.reason) for one in events] == [
        ("acct_1", False, "too large"),
        ("acct_5", False, "too large"),
    ]
    assert "Every account is decided" in said(app)


def test_a_proposal_that_expired_has_no_buttons(show, desk):
    busy.propose(desk, open_for=-timedelta(hours=1))
    app = show("operations")
    assert "Nobody said yes" in said(app)
    assert not [one for one in app.button if one.label in {"Approve", "Reject"}]


def test_what_was_decided_long_ago_is_not_shown_any_more(show, desk):
    busy.propose(desk, open_for=-timedelta(hours=30))
    assert "Approval" not in said(show("operations"))


def test_a_halted_scope_is_told_with_its_shadow_and_reset_with_a_reason(show, desk):
    busy.trip(desk)
    app = show("operations")
    assert signs(app)["Trading"] == ("Halted in part", "1 scope halted")
    assert "21 % against 20" in said(app)
    assert "Its shadow trades on" in said(app)
    assert app.selectbox(key="reset scope").value == "account/acct_2"
    app = press(app, "Reset")
    assert "reason is missing" in app.error[0].value
    app.text_input(key="reset reason").input("a split, not a loss")
    app = press(app, "Reset")
    assert halts(desk) == {}
    assert signs(app)["Trading"][0] == "Enabled"


def test_trading_is_disabled_and_enabled_each_with_a_reason(show, desk):
    app = press(show("operations"), "Disable trading")
    assert "reason is missing" in app.error[0].value
    app.text_input(key="trading reason").input("I doubt the prices")
    app = press(app, "Disable trading")
    assert is_disabled(desk).reason == "I doubt the prices"
    assert signs(app)["Trading"][0] == "Disabled"
    assert "I doubt the prices" in said(app)
    app = press(app, "Enable trading")
    assert "reason is missing" in app.error[0].value
    app.text_input(key="trading reason").input("they are right")
    fine(press(app, "Enable trading"))
    assert is_disabled(desk) is None


def test_closing_everything_is_a_step_of_its_own(show, desk):
    app = show("operations")
    app.text_input(key="trading reason").input("out")
    app = press(app, "Yes, close every position")
    assert is_disabled(desk).flatten
    assert "closing everything" in signs(app)["Trading"][1]


def test_a_button_of_an_old_page_is_refused_in_one_line(show, desk):
    """What a page shows may be over by the time it is pressed."""
    key = enqueue(desk, REPLAY, "page", CLOCK).key
    app = show("operations")
    held = jobs.claim(desk, key, 1, CLOCK.now())
    jobs.finish(desk, held, JobOutcome.DONE, "", CLOCK.now())
    app = press(app, "Cancel")
    assert "nothing to cancel" in app.error[0].value
    assert "Open jobs" in signs(app)


def test_alerts_are_shown_newest_first_with_what_became_of_them(show, desk):
    for number in range(25):
        busy.alert(desk, number)
    app = show("operations")
    shown = next(rows for rows in frames(app) if "severity" in rows[0])
    assert len(shown) == 20
    assert shown[0]["alert"].startswith("the job 24 failed")
    assert "log: delivered" in shown[0]["told"]
    assert "chat: 1 failed" in shown[0]["told"]


def test_what_people_and_vendors_wrote_is_never_markup(show, desk):
    disable(desk, HOSTILE, "page", CLOCK.now())
    busy.propose(desk, HOSTILE)
    enqueue(desk, run_job("rebuild", note=HOSTILE[:300]), HOSTILE[:70], CLOCK)
    busy.ended_slots(desk, HOSTILE)
    busy.alert(desk, 1, HOSTILE)
    app = show("operations")
    texts = said(app) + "".join(one.proto.text for one in app.get("progress"))
    assert "evil" in texts
    for live in ("![x](", "](http", "://evil", ":red[red]", " <img"):
        assert live not in texts, live
