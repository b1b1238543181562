"""Operations in a real browser beside a real scheduler: what is pressed happens, and is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.clock import SystemClock
from core.commands import run_job
from core.desk.trading_switch import disable, enable, is_disabled
from core.events.approval import ApprovalDecided
from core.types import StoreKind
from storage.jobs import enqueue, open_for_commands
from tests.e2e.conftest import web_app
from tests.e2e.working import proposed, scheduler
from tests.fakes.stored_weeks import simulated_store

SOON = 30_000
WEEK = "2026-09-09"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The address of a demonstration desk with its scheduler, and its store."""
    folder = tmp_path_factory.mktemp("working")
    url = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(url, weeks=2, kind=StoreKind.DEMO)
    with scheduler(url, folder), web_app(url, folder) as address:
        yield f"{address}/operations", url


@pytest.fixture
def store(demo):
    opened = open_for_commands(demo[1])
    yield opened
    opened.close()


def sign(page, label):
    return page.get_by_test_id("stMetric").filter(has_text=label)


def choose(page, box, option):
    page.get_by_role("combobox", name=box, exact=True).click()
    page.get_by_role("option", name=option).click()


def test_a_replay_that_is_asked_for_is_done_and_its_result_is_on_record(opened, demo, store):
    page = opened(demo[0])
    expect(sign(page, "Leader")).to_contain_text("Alive", timeout=SOON)
    choose(page, "Job", "Replay")
    expect(page.get_by_text("the week again from recorded answers")).to_be_visible()
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text(f"Asked for replay/{WEEK}")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("No job is open.")).to_be_visible(timeout=2 * SOON)
    expect(sign(page, "Open jobs")).to_contain_text("0", timeout=SOON)
    [finished] = store.read_all(types=["JobFinished"])
    assert (finished.payload["key"], finished.payload["outcome"]) == (f"replay/{WEEK}", "done")


def test_a_pause_holds_what_waits_until_it_is_cancelled_and_ends_with_resume(opened, demo, store):
    page = opened(demo[0])
    page.get_by_role("button", name="Pause the scheduler").click()
    page.get_by_test_id("stPopoverBody").get_by_label("Reason").fill("the vendor is down")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused since")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("the vendor is down")).to_be_visible()
    key = enqueue(store, run_job("rebuild"), "cli", SystemClock()).key
    expect(page.get_by_text(key).first).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(f"{key}: cancelled")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Paused since")).to_have_count(0, timeout=SOON)
    assert "JobClaimed" not in [row.type for row in store.read(f"job/{key}")]


def test_trading_is_stopped_and_let_go_and_both_are_shown(opened, demo, store):
    page = opened(demo[0])
    page.get_by_placeholder("kept with the event").fill("I doubt the prices")
    page.get_by_role("button", name="Disable trading").click()
    expect(sign(page, "Trading")).to_contain_text("Disabled", timeout=SOON)
    assert is_disabled(store).reason == "I doubt the prices"
    page.get_by_placeholder("kept with the event").fill("they are right")
    page.get_by_role("button", name="Enable trading").click()
    expect(sign(page, "Trading")).to_contain_text("Enabled", timeout=SOON)
    assert is_disabled(store) is None


def test_what_another_face_says_appears_by_itself(opened, demo, store):
    """The page looks again and again: nobody presses anything here."""
    page = opened(demo[0])
    expect(sign(page, "Trading")).to_contain_text("Enabled")
    disable(store, "said on a terminal", "cli", SystemClock().now())
    expect(sign(page, "Trading")).to_contain_text("Disabled", timeout=SOON)
    expect(page.get_by_text("said on a terminal")).to_be_visible(timeout=SOON)
    enable(store, "said on a terminal", "cli", SystemClock().now())
    expect(sign(page, "Trading")).to_contain_text("Enabled", timeout=SOON)


def test_signs_are_of_equal_height_and_a_phone_needs_no_sideways_scrolling(opened, demo, page):
    opened(demo[0])
    boxes = [sign(page, name).bounding_box() for name in ("Leader", "Next run", "Trading")]
    assert len({round(box["height"]) for box in boxes}) == 1
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_proposal_is_approved_for_one_account_and_rejected_for_the_rest(opened, tmp_path):
    url = f"sqlite:///{tmp_path / 'manual.db'}"
    proposed(url)
    with web_app(url, tmp_path) as address:
        page = opened(f"{address}/operations")
        expect(page.get_by_text("accounts wait for a word until")).to_be_visible()
        page.get_by_role("radio", name="Council").or_(
            page.get_by_role("button", name="Council", exact=True)
        ).first.click()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Approved: acct_5")).to_be_visible(timeout=SOON)
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_text("a rejection needs a reason")).to_be_visible(timeout=SOON)
        page.get_by_placeholder("a rejection needs one").fill("too large")
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_text("Every account is decided")).to_be_visible(timeout=SOON)
    store = open_for_commands(url)
    events = [store.decode(row) for row in store.read_all(types=[ApprovalDecided.__name__])]
    assert {one.account_id for one in events if one.approved} == {"acct_5"}
    assert {one.reason for one in events if not one.approved} == {"too large"}
    store.close()
