"""Runs and the council chat in a real browser beside a real scheduler: asked, waited for, read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.types import StoreKind
from storage.jobs import open_for_commands
from tests.e2e.conftest import web_app
from tests.e2e.working import scheduler
from tests.fakes.stored_weeks import simulated_store

SOON = 30_000


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
