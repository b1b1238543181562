"""Axe finds nothing serious on a page that it does not find on Streamlit's bare widgets."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from pages.ui.places import FRONT, PLACES
from tests.e2e.conftest import web_app
from tests.fixture_files import ROOT

GRAVE = ("serious", "critical")
DRAWN = "[data-testid=stMetric] svg.marks"
"""A widget's own chart comes after its page is idle: without it the list of its faults is too short."""


@pytest.fixture(scope="module")
def bare_failures(browser, tmp_path_factory):
    """The rules that Streamlit's widgets break by themselves."""
    script = ROOT / "tests" / "e2e" / "bare_widgets.py"
    with web_app("", tmp_path_factory.mktemp("bare"), script) as address:
        found = grave(browser, address, DRAWN)
    print(sorted(found))  # noqa: T201 - the list is asked for
    return set(found)


def grave(browser, url, awaited="h1"):
    """Rule to the HTML of what broke it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector('[data-testid=stApp][data-test-script-state="notRunning"]')
    page.locator(awaited).first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    violations = Axe().run(page).response["violations"]
    context.close()
    return {
        one["id"]: [node["html"][:200] for node in one["nodes"]]
        for one in violations
        if one["impact"] in GRAVE
    }


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_serious_beyond_what_bare_widgets_have(
    browser, bare_failures, simulated_app, place
):
    path = "" if place is FRONT else place.name
    found = grave(browser, f"{simulated_app}/{path}")
    assert {rule: nodes for rule, nodes in found.items() if rule not in bare_failures} == {}


@pytest.mark.parametrize(
    "path", ["strategies?strategy=equity_cycle", "discovery", "cycle", "memory"], ids=str
)
def test_nothing_serious_where_the_second_strategy_has_something_to_show(
    browser, bare_failures, equity_app, path
):
    found = grave(browser, f"{equity_app}/{path}", "[data-testid=stMetric]")
    assert {rule: nodes for rule, nodes in found.items() if rule not in bare_failures} == {}
