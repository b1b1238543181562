"""Opening a page in a real browser, running it again, and ten people at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.async_api import Browser as AsyncBrowser
from playwright.async_api import Page as AsyncPage
from playwright.async_api import WebSocket
from playwright.sync_api import Browser, Page

from benchmarks.pages.wire import Said, is_rerun

IDLE = '[data-testid=stApp][data-test-script-state="notRunning"]'
RERUNS, OPENS, PATIENCE_MS = 7, 3, 60_000


@dataclass(frozen=True)
class Visit:
    """Milliseconds: ``first`` from the click to the idle page, ``script`` the median of reruns.

    ``first`` is the median of `OPENS` new visitors; ``cold`` the one before whom nobody saw the page.
    """

    first_ms: float
    cold_ms: float
    script_ms: float
    rerun_ms: float
    first_bytes: int
    rerun_bytes: int
    drawn: dict[str, int]
    asked_for: Mapping[str, str]


class Listener:
    """Collects what comes over a page's sockets, one run after the other."""

    def __init__(self, page: Page) -> None:
        self.now = Said()
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _hear(self, frame: bytes | str) -> None:
        self.now.hear(frame)

    def fresh(self) -> None:
        self.now = Said()


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[tuple[Page, Listener, float]]:
    """A page in a context of its own, and the milliseconds until it was idle."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route(lambda asked: "127.0.0.1" not in asked, lambda route: route.abort())
    page = context.new_page()
    listener = Listener(page)
    started = time.perf_counter()
    page.goto(url)
    _settled(page, listener)
    try:
        yield page, listener, (time.perf_counter() - started) * 1000
    finally:
        context.close()


def visit(browser: Browser, url: str) -> Visit:
    """First opens, and after the first of them `RERUNS` reruns of the script by Streamlit's own key."""
    with opened(browser, url) as (page, listener, cold_ms):
        first = listener.now
        page.wait_for_timeout(1500)
        script, whole, sizes = [], [], []
        for _ in range(RERUNS):
            listener.fresh()
            started = time.perf_counter()
            page.keyboard.press("r")
            _settled(page, listener)
            whole.append((time.perf_counter() - started) * 1000)
            script.append(listener.now.milliseconds or 0.0)
            sizes.append(listener.now.size)
            page.wait_for_timeout(200)
        drawn = dict(first.drawn)
    asked = first.asked_for()
    later = [_first(browser, url) for _ in range(OPENS - 1)]
    first_ms = median([cold_ms, *later])
    return Visit(
        first_ms, cold_ms, median(script), median(whole), first.size, max(sizes), drawn, asked
    )


def _first(browser: Browser, url: str) -> float:
    with opened(browser, url) as (_page, _listener, took_ms):
        return took_ms


def _settled(page: Page, listener: Listener) -> None:
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while listener.now.milliseconds is None:
        if time.monotonic() > give_up:
            raise SystemExit(f"{page.url} did not end its run within {PATIENCE_MS / 1000:g} s")
        page.wait_for_timeout(10)
    page.wait_for_selector(IDLE, timeout=PATIENCE_MS)


class Viewer:
    """Somebody with a page open: when the browser asked for a run, and when its end was heard."""

    def __init__(self, page: AsyncPage) -> None:
        self.page = page
        self.asked: float | None = None
        self.ended: float | None = None
        self._now = Said()
        page.on("websocket", self._listen)

    async def run_again(self) -> None:
        self._now, self.asked, self.ended = Said(), None, None
        await self.page.keyboard.press("r")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._say)
        socket.on("framereceived", self._hear)

    def _say(self, frame: bytes | str) -> None:
        if self.asked is None and is_rerun(frame):
            self.asked = time.perf_counter()

    def _hear(self, frame: bytes | str) -> None:
        self._now.hear(frame)
        if self.ended is None and self._now.milliseconds is not None:
            self.ended = time.perf_counter()


async def at_once(browser: AsyncBrowser, urls: list[str]) -> list[float]:
    """Everybody opens a page, then all run it again in the same moment: milliseconds of each.

    A wait begins when that browser asks and ends when it has heard the end of its run. How long ten
    browsers on the server's own processors take to notice a key is no part of it.
    """
    viewers = []
    for url in urls:
        viewer = Viewer(await (await browser.new_context()).new_page())
        await viewer.page.goto(url)
        await viewer.page.wait_for_selector(IDLE, timeout=PATIENCE_MS)
        viewers.append(viewer)
    await viewers[0].page.wait_for_timeout(3000)
    started = time.perf_counter()
    await asyncio.gather(*(viewer.run_again() for viewer in viewers))
    while any(one.ended is None for one in viewers):
        if time.perf_counter() - started > PATIENCE_MS / 1000:
            break
        await viewers[0].page.wait_for_timeout(5)
    return [
        PATIENCE_MS if one.ended is None or one.asked is None else (one.ended - one.asked) * 1000
        for one in viewers
    ]
