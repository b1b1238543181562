"""One line an occurrence, with its trace and without a key, whoever logs it."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from config.known_secrets import known_values
from config.logging import configure_logging
from config.settings import load_settings
from core.redaction import REMOVED
from core.tracing import bind
from tests.fakes.logs import restored_logging
from tests.fixture_files import ROOT

CANARY = "canary-Key/9f8e+7d6c5b"


@pytest.fixture(autouse=True)
def _logs_as_before():
    with restored_logging():
        yield


@pytest.fixture
def lines():
    """``lines(fmt, level)`` configures; calling the result gives what was written since."""

    def configured(fmt="json", level="INFO"):
        out = io.StringIO()
        configure_logging(level, fmt, secrets=[CANARY], stream=out)
        return lambda: out.getvalue().splitlines()

    return configured


def test_both_ways_of_logging_give_the_same_line(lines):
    written = lines()
    with bind(trace_id="t-1", week_id="2026-11-18", run_id="run-1"):
        structlog.get_logger("desk").info("stage finished", seconds=1.5)
        logging.getLogger("desk").info("stage %s", "finished", extra={"seconds": 1.5})
    ours, theirs = ({**json.loads(line), "at": "…"} for line in written())
    assert ours == {
        "event": "stage finished",
        "seconds": 1.5,
        "trace_id": "t-1",
        "week_id": "2026-11-18",
        "run_id": "run-1",
        "level": "info",
        "logger": "desk",
        "at": "…",
    }
    assert theirs == ours


def test_the_level_holds_for_both_ways(lines):
    written = lines(level="WARNING")
    structlog.get_logger("desk").info("quiet")
    logging.getLogger("desk").info("quiet")
    logging.getLogger("desk").warning("heard")
    assert [json.loads(line)["event"] for line in written()] == ["heard"]


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_no_key_gets_into_a_line_by_any_way(lines, fmt):
    written = lines(fmt)
    log, library = structlog.get_logger("desk"), logging.getLogger("library")
    log.info(CANARY, key=CANARY, deep={CANARY: [{"header": (CANARY,)}]})
    library.warning("url %s", f"http://x/?key={CANARY}", extra={"headers": {"k": {CANARY}}})
    with bind(job_id=CANARY):
        try:
            int(CANARY)
        except ValueError:
            log.exception("failed", error=KeyError(CANARY))
            library.exception("failed")
    text = "\n".join(written())
    assert "canary-K" not in text
    assert text.count(REMOVED) >= 8
    assert "ValueError: invalid literal" in text


def test_what_looks_like_a_key_is_removed_though_nobody_knows_it(lines):
    written = lines()
    logging.getLogger("library").info("Bearer sk-or-v1-0123456789abcdef")
    assert "0123456789" not in "".join(written())


def test_auto_is_json_unless_somebody_watches(lines):
    assert json.loads(_one_line(lines("auto")))["event"] == "hello"

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    configure_logging("INFO", "auto", stream=out)
    logging.getLogger("desk").info("hello")
    assert not out.getvalue().startswith("{")
    assert "hello" in out.getvalue()


def _one_line(written):
    logging.getLogger("desk").info("hello")
    (line,) = written()
    return line


def test_every_key_of_the_settings_is_known(monkeypatch):
    for name in ("OPENROUTER_API_KEY", "APCA_API_KEY_ID", "APCA_API_SECRET_KEY"):
        monkeypatch.setenv(name, f"value-of-{name}")
    monkeypatch.setenv("ALPACA_ACCOUNT_2_KEY_ID", "PK-two")
    monkeypatch.setenv("ALPACA_ACCOUNT_2_SECRET_KEY", "secret-two")
    settings = load_settings(ROOT, store="postgresql://me:p%40ss@host/db")
    assert set(known_values(settings)) >= {
        "value-of-OPENROUTER_API_KEY",
        "value-of-APCA_API_KEY_ID",
        "value-of-APCA_API_SECRET_KEY",
        "PK-two",
        "secret-two",
        "p%40ss",
        "p@ss",
    }


def asked(path, status=200):
    """A request as uvicorn logs it."""
    access = logging.getLogger("uvicorn.access")
    access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", path, "1.1", status)


PROBED = ("/healthz", "/health?x=1", "/api/health", "/livez/", "/metrics")
BY_ITSELF = ("/_stcore/health", "/_stcore/host-config", "/static/js/index.js", "/media/a.png")


def test_what_machines_ask_for_again_and_again_is_not_logged(lines):
    written = lines()
    for path in (*PROBED, *BY_ITSELF):
        asked(path)
    assert written() == []


def test_what_people_ask_for_and_every_error_is(lines):
    written = lines()
    for path in ("/", "/week?week=2026-11-18", "/healthzzz", "/api/weeks"):
        asked(path)
    asked("/healthz", 503)
    asked("/_stcore/health", 404)
    logging.getLogger("uvicorn.error").error("/healthz")
    events = [json.loads(line)["event"] for line in written()]
    assert len(events) == 7
    assert events[4].endswith('"GET /healthz HTTP/1.1" 503')


def test_at_debug_every_request_is_logged(lines):
    written = lines(level="DEBUG")
    for path in (*PROBED, *BY_ITSELF):
        asked(path)
    assert len(written()) == len(PROBED) + len(BY_ITSELF)


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
@pytest.mark.parametrize("status", [303, 410])
@pytest.mark.parametrize("way", ["s", "r"])
def test_the_token_of_a_shared_link_is_in_no_line(lines, level, status, way):
    written = lines(level=level)
    asked(f"/{way}/IjQi.aBcDeF.token-of-a-link", status)
    assert json.loads(written()[0])["event"].endswith(f'"GET /{way}/… HTTP/1.1" {status}')


@pytest.mark.parametrize("path", ["/oauth2callback?code=c-1&state=s-1", "/auth/login?provider=p-1"])
def test_what_an_identity_provider_sends_along_is_in_no_line(lines, path):
    written = lines(level="DEBUG")
    asked(path, 302)
    assert json.loads(written()[0])["event"].endswith(
        f'"GET {path.partition("?")[0]} HTTP/1.1" 302'
    )
