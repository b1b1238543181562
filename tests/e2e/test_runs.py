"""Runs and the council chat in a real browser beside a real scheduler: asked, waited for, read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.clock import SystemClock
from core.commands import run_job
from core.desk.scheduling import pause, resume
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
    folder = tmp_path_factory.mktemp("runs")
    url = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(url, weeks=2, kind=StoreKind.DEMO)
    with scheduler(url, folder), web_app(url, folder) as address:
        yield address, url


@pytest.fixture
def store(demo):
    opened = open_for_commands(demo[1])
    yield opened
    opened.close()


def test_a_question_is_asked_waited_for_and_concluded(opened, demo, store):
    page = opened(f"{demo[0]}/chat")
    page.get_by_placeholder("What would have to happen").fill("Is gold cheap?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("by rules/chairman")).to_be_visible(timeout=2 * SOON)
    expect(page.get_by_text("No synthesis: rules models")).to_be_visible()
    expect(page.get_by_text("average place")).not_to_have_count(0)
    assert "conversation=" in page.url
    [asked] = store.read_all(types=["QuestionAsked"])
    assert asked.stream_id.endswith(page.url.split("conversation=")[1])
    page = opened(page.url)
    expect(page.get_by_text("No synthesis: rules models")).to_be_visible()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("link", name="Is gold cheap?")).to_have_count(2, timeout=2 * SOON)


def test_a_rerun_goes_from_its_button_to_the_finished_comparison(opened, demo, store):
    page = opened(f"{demo[0]}/runs?week={WEEK}")
    expect(page.get_by_text("no what-if to compare yet")).to_be_visible()
    page.get_by_role("button", name="What is different").click()
    page.get_by_placeholder("risk.max_position_pct=0.5").fill("risk.max_position_pct=0.25")
    page.get_by_placeholder("risk.max_position_pct=0.5").press("Control+Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_text("risk.max_position_pct=0.25").first).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Run it again").click()
    expect(page.get_by_text("What-if 1 from pitch").first).to_be_visible(timeout=3 * SOON)
    [finished] = [row for row in store.read_all(types=["JobFinished"]) if "rerun" in row.stream_id]
    assert f"b={finished.payload['result']['run_id']}" in page.url
    expect(page.get_by_text("Both rest on the same").first).to_have_count(0)
    fresh = opened(page.url)
    expect(fresh.get_by_text("What-if 1 from pitch").first).to_be_visible()
    expect(fresh.get_by_text("Nothing is under way.")).to_be_visible()


def test_what_waits_for_a_week_is_cancelled_from_its_page(opened, demo, store):
    now = SystemClock()
    pause(store, "test", "to hold it", now.now())
    overrides = {"pm.carry.exclude": "true"}
    command = run_job("rerun", week_id=WEEK, stage="peer_review", overrides=overrides)
    key = enqueue(store, command, "cli", now).key
    page = opened(f"{demo[0]}/runs?week={WEEK}")
    expect(page.get_by_text(key).first).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing is under way.")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("cancelled by").first).to_be_visible()
    resume(store, "test", now.now())
    assert "JobClaimed" not in [row.type for row in store.read(f"job/{key}")]


def test_orders_that_wait_are_approved_from_the_weeks_runs(opened, tmp_path):
    url = f"sqlite:///{tmp_path / 'manual.db'}"
    proposed(url)
    with web_app(url, tmp_path) as address:
        page = opened(f"{address}/runs")
        expect(page.get_by_text("accounts wait for a word until")).to_be_visible()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Every account is decided")).to_be_visible(timeout=SOON)
    store = open_for_commands(url)
    events = [store.decode(row) for row in store.read_all(types=[ApprovalDecided.__name__])]
    assert {one.approved for one in events} == {True}
    assert len(events) >= 2
    store.close()
