"""Every page over ten years of a desk, against a bare Streamlit page of as much, in one run.

python -m benchmarks.bench_pages [--store URL]

The bare page stands in a shell of as many places (`st.navigation`) with the same icon and logo, and
draws, from constants, as many charts of as many rows of data, tables of as many rows and columns,
metrics, texts, select boxes of as many options, text inputs, links, other widgets (as check boxes)
and containers as the page did at its first open.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import async_playwright
from playwright.sync_api import Browser, sync_playwright

from benchmarks.pages.server import ROOT, Server, server
from benchmarks.pages.ten_years import ten_years
from benchmarks.pages.visits import Visit, at_once, visit
from pages.ui.places import FRONT, PLACES
from tests.chromium import QUIET, chromium_path

SCRIPT_MS, SCRIPT_RATIO, FIRST_RATIO = 150.0, 2.0, 1.5
KIB, VIEWERS, SLOWEST_MS, SERVER_MB = 200.0, 10, 1500.0, 400.0
HEAD = "page          charts tables  script ms  x bare   first ms  x bare  cold ms   KiB first  KiB rerun"


def bare_of(browser: Browser, bare: Server, wanted: Mapping[str, str]) -> Visit:
    asked = {**wanted, "places": str(len(PLACES))}
    return visit(browser, f"{bare.address}/?{urlencode(asked)}")


def row(name: str, own: Visit, plain: Visit) -> tuple[str, list[str]]:
    """The line of a page, and what of it misses its target."""
    script, first = own.script_ms / plain.script_ms, own.first_ms / plain.first_ms
    missed = [
        what
        for what, fine in (
            (f"script {own.script_ms:.0f} ms", own.script_ms <= SCRIPT_MS),
            (f"script {script:.2f} x bare", script <= SCRIPT_RATIO),
            (f"first open {first:.2f} x bare", first <= FIRST_RATIO),
            (f"{own.first_bytes / 1024:.0f} KiB", own.first_bytes <= KIB * 1024),
        )
        if not fine
    ]
    line = (
        f"{name:12} {own.drawn.get('charts', 0):6d} {own.drawn.get('tables', 0):6d} "
        f"{own.script_ms:10.1f} {script:7.2f} {own.first_ms:10.0f} {first:7.2f} {own.cold_ms:8.0f} "
        f"{own.first_bytes / 1024:11.0f} {own.rerun_bytes / 1024:10.0f}"
    )
    return line, [f"{name}: {one}" for one in missed]


async def crowd(web: Server) -> tuple[float, float]:
    """The slowest of ten reruns at once in ms, and the server's memory in MB afterwards."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path(), args=list(QUIET)
        )
        paths = [address_of(place.name) for place in PLACES]
        urls = [web.address + paths[number % len(paths)] for number in range(VIEWERS)]
        took = await at_once(chromium, urls)
        await chromium.close()
    return max(took), web.megabytes()


def address_of(name: str) -> str:
    return "/" if name == FRONT.name else f"/{name}"


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="a store of ten years; made when not given (minutes)")
    parser.add_argument("--page", action="append", help="only this one; may be given again")
    chosen = parser.parse_args()
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        url = chosen.store or ten_years(folder, say)
        bare_script = Path(__file__).parent / "pages" / "bare.py"
        with (
            server(ROOT / "streamlit_app.py", {"COUNCIL_STORE_URL": url}, folder) as web,
            server(bare_script, {}, folder) as bare,
        ):
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium_path(), args=list(QUIET)
                )
                visit(browser, f"{bare.address}/?charts=20&tables=5x5&metrics=1&texts=1")
                visit(browser, f"{web.address}/settings")  # both servers have had a visitor
                say(HEAD)
                for place in PLACES:
                    if chosen.page and place.name not in chosen.page:
                        continue
                    own = visit(browser, web.address + address_of(place.name))
                    line, short = row(place.name, own, bare_of(browser, bare, own.asked_for))
                    say(line)
                    missed += short
                browser.close()
            slowest, megabytes = asyncio.run(crowd(web))
            say(f"{VIEWERS} viewers at once: slowest {slowest:.0f} ms, server {megabytes:.0f} MB")
    if slowest > SLOWEST_MS:
        missed.append(f"{VIEWERS} viewers: slowest {slowest:.0f} ms")
    if megabytes > SERVER_MB:
        missed.append(f"server {megabytes:.0f} MB")
    for one in missed:
        say(f"MISSED {one}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
