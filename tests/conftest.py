"""Rules for every test: quiet property tests, and a browser that is found or asked for in one line."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import MISSING, QUIET, chromium_path

settings.register_profile(
    "desk",
    max_examples=50,
    deadline=None,  # two shared cores: a slow example says nothing about the code
    derandomize=bool(os.environ.get("CI")),  # on CI the same examples every time
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("desk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a page drives a browser, whether or not it carries the mark."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so no collection need look at it again.

    Streamlit collects garbage after every run of a page: over a worker that holds all the tests,
    that was 0.4 s of processor time for each of them.
    """
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or chromium_path() is not None:
        return
    if os.environ.get("CI"):
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Debian's Chromium instead of a downloaded one (overrides pytest-playwright's fixture)."""
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": list(QUIET)}
