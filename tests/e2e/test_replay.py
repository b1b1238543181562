"""A crafted message over a real websocket: an operator's press, said again by somebody who is none."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from config.settings import load_settings
from config.signing import made_signer
from config.tokens import share_link
from core.clock import SystemClock
from core.desk.trading_switch import is_disabled
from core.events import ALL_EVENTS
from core.types import WeekId
from storage.event_store import open_store
from storage.jobs import open_for_commands
from storage.passes import create_share
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.serialization import EventRegistry
from tests.e2e.conftest import web_app
from tests.e2e.raw_session import RawSession, pressed, raw_session, written
from tests.fakes.passwords import CANARY, cheap_hash
from tests.fakes.stored_weeks import open_desk, write_week

NAME, WEEK = "desk.localhost", WeekId("2026-11-18")
VIEWER = "canary-viewer-Kp20-never"
CLOCK = SystemClock()
FIELDS = ("text_input", "text_area")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """(address on this machine, store's URL)."""
    folder = tmp_path_factory.mktemp("replayed")
    url = f"sqlite:///{folder / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store)
    store.close()
    hashes = {
        "OPERATOR_PASSWORD_HASH": cheap_hash(),
        "VIEWER_PASSWORD_HASH": cheap_hash(VIEWER),
    }
    with web_app(url, folder, ALLOWED_HOSTS=NAME, **hashes) as address:
        yield address, url


def logged_in(address: str, password: str) -> dict[str, str]:
    name = f"{NAME}:{urlsplit(address).port}"
    headers = {"Host": name, "Origin": f"http://{name}"}
    answer = httpx.post(f"{address}/login", data={"password": password}, headers=headers)
    assert answer.status_code == 303
    return {"council_session": answer.cookies["council_session"]}


def guest_of(desk) -> dict[str, str]:
    settings, store = load_settings(store=desk[1]), open_for_commands(desk[1])
    made = create_share(store, ("week", WEEK), 1, "operator", CLOCK)
    store.close()
    path = urlsplit(share_link(settings, made_signer(settings), made.share_id)).path
    answer = httpx.get(desk[0] + path, headers={"Host": f"{NAME}:{urlsplit(desk[0]).port}"})
    return {"council_share": answer.cookies["council_share"]}


def presses(address: str) -> dict[str, tuple[WidgetState, ...]]:
    """By page everything an operator could do there: a word in each field, a press on each button."""
    with raw_session(address, NAME, logged_in(address, CANARY)) as operator:
        return {page: _touched(operator, page) for page in ("operations", "runs", "chat")}


def _touched(operator: RawSession, page: str) -> tuple[WidgetState, ...]:
    operator.open(page)
    fields = [written(key, "because") for kind, _, key in operator.seen if kind in FIELDS]
    return (*fields, *(pressed(key) for kind, _, key in operator.seen if kind == "button"))


def test_a_press_by_hand_is_taken_from_an_operator_and_no_longer_after_the_logout(desk):
    address, url = desk
    cookies = logged_in(address, CANARY)
    with raw_session(address, NAME, cookies) as session:
        session.open("operations")
        reason = written(session.key("trading reason"), "to see")
        session.run("operations", widgets=(reason, pressed(session.key("Disable trading"))))
        store = open_for_commands(url)
        assert is_disabled(store).reason == "to see"
        name = f"{NAME}:{urlsplit(address).port}"
        left = httpx.post(
            f"{address}/logout", cookies=cookies, data={"x": "y"},
            headers={"Host": name, "Origin": f"http://{name}"},
        )  # fmt: skip
        assert left.status_code == 303
        before = StoreReader.at(url).version()
        reason = written(session.key("trading reason"), "again")
        session.run("operations", widgets=(reason, pressed(session.key("Enable trading"))))
        assert any("not open to everybody" in text for text in session.said)
        assert StoreReader.at(url).version() == before
        assert is_disabled(store) is not None
        store.close()


@pytest.mark.parametrize("who", ["viewer", "guest", "stranger"])
def test_an_operators_presses_said_by_somebody_else_do_nothing(desk, who):
    address, url = desk
    said = presses(address)
    assert sum(len(one) for one in said.values()) > 10
    cookies = {"viewer": lambda: logged_in(address, VIEWER), "guest": lambda: guest_of(desk)}
    with raw_session(address, NAME, cookies.get(who, dict)()) as session:
        session.run()
        before = StoreReader.at(url).version()
        for page, touched in said.items():
            session.run(page, widgets=touched)
            session.run(page, widgets=touched)
    assert StoreReader.at(url).version() == before
