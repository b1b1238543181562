"""One account and its conviction in a real browser: files, pages of a table, a phone."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import expect


def test_equity_is_downloaded_as_a_file_a_spreadsheet_reads(opened, simulated_app):
    page = opened(f"{simulated_app}/accounts?account=acct_1")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Equity", exact=True).click()
    file = waiting.value
    assert file.suggested_filename == "acct_1-equity.csv"
    rows = list(csv.DictReader(file.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == 24
    assert {row["model"] for row in rows} == {"rules/trend"}


def test_another_table_is_chosen_and_the_address_follows(opened, simulated_app):
    page = opened(f"{simulated_app}/accounts?account=acct_1")
    page.get_by_role("radio", name="orders").click()
    expect(page).to_have_url(f"{simulated_app}/accounts?account=acct_1&table=orders")
    expect(
        page.locator("[data-testid=stCaptionContainer]", has_text="orders, 20 a page")
    ).to_be_visible()


@pytest.mark.parametrize("path", ["/accounts", "/conviction?week=2026-09-16"])
def test_a_phone_needs_no_sideways_scrolling(opened, simulated_app, page, path):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(f"{simulated_app}{path}")
    expect(
        page.get_by_test_id("stVegaLiteChart").first.locator("svg, canvas").first
    ).to_be_visible()
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
