"""The report in a real browser: read in both themes and on a phone, printed on A4 and Letter, silent."""

from __future__ import annotations

import re

import pytest

from core.events import ALL_EVENTS
from core.types import WeekId
from pages.report.material import read_material
from pages.report.render import render, render_report
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.serialization import EventRegistry
from tests.fakes.report_material import crowded
from tests.fakes.stored_weeks import open_desk, simulated_store, write_week
from tests.fakes.week import WEEK
from tests.pages.conftest import HOSTILE

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
SHEETS = {"A4": (595, 842), "Letter": (612, 792)}
"""Points, as the PDF has them."""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Three weeks as files: a plain one, one full of traps, and the largest there can be."""
    folder = tmp_path_factory.mktemp("reports")
    url = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(url, weeks=2)
    plain = render_report(StoreReader.at(url), WeekId("2026-09-02"))
    store = open_store(
        f"sqlite:///{folder / 'hostile.db'}",
        registry=EventRegistry(ALL_EVENTS),
        projections=ALL_PROJECTIONS,
    )
    open_desk(store)
    write_week(store, HOSTILE)
    material = read_material(StoreReader(store.engine), WEEK)
    texts = {"plain": plain, "hostile": render(material), "large": render(crowded(material))}
    store.close()
    for name, html in texts.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture
def read(page, files):
    """``read("plain")``: the file in the browser; the test fails on whatever it asks for beside itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.on("dialog", lambda dialog: asked.append(dialog.message))

    def go(name):
        address = (files / f"{name}.html").as_uri()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert asked == [address]
        return page

    return go


@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_it_asks_for_nothing_and_runs_nothing(read, name):
    page = read(name)
    assert page.locator("script, img, a, iframe").count() == 0
    assert page.locator("h1").inner_text().startswith("Week of Wed")


@pytest.mark.parametrize(("scheme", "light"), [("light", True), ("dark", False)])
def test_it_is_light_and_dark(read, page, scheme, light):
    page.emulate_media(color_scheme=scheme)
    colour = read("plain").evaluate("getComputedStyle(document.body).backgroundColor")
    parts = [int(part) for part in re.findall(r"\d+", colour)[:3]]
    assert (sum(parts) / 3 > 128) is light


@pytest.mark.parametrize("name", ["plain", "hostile", "large"])
def test_a_phone_need_not_be_pushed_sideways(read, page, name):
    page.set_viewport_size({"width": 390, "height": 844})
    assert read(name).evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("sheet", SHEETS)
def test_it_prints(read, page, sheet):
    page.emulate_media(color_scheme="dark")
    printed = read("plain").pdf(format=sheet, print_background=True)
    assert 3 <= len(PAGE.findall(printed)) <= 10
    box = re.search(rb"/MediaBox\s*\[([^]]+)\]", printed)[1].split()
    assert [float(side) for side in box[2:]] == pytest.approx(SHEETS[sheet], abs=2)


def test_paper_is_white_whatever_the_screen_is(read, page):
    page.emulate_media(media="print", color_scheme="dark")
    colour = read("plain").evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"


def test_nothing_is_wider_than_the_paper(read, page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    assert read("plain").evaluate("document.documentElement.scrollWidth") <= 680
