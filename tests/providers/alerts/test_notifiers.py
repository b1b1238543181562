"""Both adapters of the Notifier port, and what Apprise must never say."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from core.errors import AlertNotSent
from core.schemas.alert import Severity
from providers.alerts import apprise as adapter
from providers.alerts.apprise import AppriseNotifier, is_understood
from providers.alerts.log import LogNotifier
from providers.alerts.routed import RoutedNotifier
from tests.contract.notifier import NotifierBench, NotifierContract
from tests.fakes.alerts import FakeNotifier, an_alert
from tests.servers.alert_server import ANSWERS_500, HANGS, alert_server, listening

SECRET = "tok-4711-secret"


@pytest.fixture
def server():
    with alert_server() as served, listening(served):
        yield served


class TestLog(NotifierContract):
    @pytest.fixture
    def bench(self, caplog):
        caplog.set_level(logging.INFO, "council.alerts")
        return NotifierBench(LogNotifier(), "log", lambda: list(caplog.messages))

    def test_severity_is_the_level_of_the_line(self, bench, caplog):
        for severity in Severity:
            bench.notify(1, severity)
        assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "CRITICAL"]

    def test_an_alert_is_one_line(self, bench):
        bench.notify(1, body="one\ntwo")
        assert "\n" not in bench.arrived()[0]


class TestApprise(NotifierContract):
    @pytest.fixture
    def bench(self, server):
        def refuse():
            server.mood = ANSWERS_500

        return NotifierBench(
            AppriseNotifier({"chat": server.url}),
            "chat",
            lambda: [f"{one['title']}\n{one['message']}" for one in server.taken],
            refuse,
            SECRET,
        )


def send(notifier: AppriseNotifier, number: int = 1, **more) -> None:
    asyncio.run(notifier.notify("chat", an_alert(number, **more)))


def test_severity_time_in_new_york_and_the_link_are_in_the_message(server):
    send(AppriseNotifier({"chat": server.url}, "https://desk.example/"), severity="critical")
    (message,) = server.taken
    assert message["title"] == "CRITICAL: Job 1 failed"
    assert message["type"] == "failure"
    assert message["message"].splitlines() == [
        "no price",
        "2026-11-18 12:00 New York",
        "https://desk.example/week?week=2026-11-18",
    ]


def test_without_an_address_of_the_pages_there_is_no_link(server):
    send(AppriseNotifier({"chat": server.url}))
    assert "/week" not in server.taken[0]["message"]


def test_neither_log_nor_error_says_the_address(server, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    notifier = AppriseNotifier({"chat": server.url, "odd": f"nosuch://{SECRET}"})
    send(notifier)
    server.mood = ANSWERS_500
    for channel in ("chat", "odd"):
        with pytest.raises(AlertNotSent) as caught:
            asyncio.run(notifier.notify(channel, an_alert(2)))
        assert SECRET not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
    assert SECRET not in caplog.text
    assert SECRET not in repr(notifier)


def test_a_failure_says_why(server):
    server.mood = ANSWERS_500
    with pytest.raises(AlertNotSent, match=r"channel chat: .*500"):
        send(AppriseNotifier({"chat": server.url}))


def test_a_closed_port_is_a_failure():
    with alert_server() as served, pytest.raises(AlertNotSent, match="onnection"):
        send(AppriseNotifier({"chat": served.url}))


def test_a_server_that_hangs_is_a_failure_after_our_own_deadline(server):
    server.mood = HANGS
    with pytest.raises(AlertNotSent, match=r"no answer within 0\.2 s"):
        send(AppriseNotifier({"chat": server.url}, deadline_s=0.2))


def test_a_late_answer_is_taken_for_the_alert_it_belongs_to(server):
    """The first attempt's thread is waited for: nothing is sent a second time."""
    notifier = AppriseNotifier({"chat": server.url}, deadline_s=0.3)
    gate = threading.Event()
    real = notifier._send

    def slow(address, alert):
        gate.wait(10)
        return real(address, alert)

    notifier._send = slow
    with pytest.raises(AlertNotSent, match="no answer"):
        send(notifier, 1)
    with pytest.raises(AlertNotSent, match="has not come back"):
        send(notifier, 2)
    gate.set()
    send(notifier, 1)
    send(notifier, 2)
    assert server.titles() == ["Warning: Job 1 failed", "Warning: Job 2 failed"]


def test_a_slow_server_is_given_the_time_that_is_left(server, monkeypatch):
    monkeypatch.setattr(adapter, "READ_S", 0.2)
    server.mood = HANGS
    with pytest.raises(AlertNotSent, match="chat"):
        send(AppriseNotifier({"chat": server.url}))


def test_addresses_are_checked_without_sending():
    assert is_understood("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js")
    assert not is_understood("hello")
    assert not is_understood("nosuch://x")


def test_a_channel_without_an_address_is_named():
    with pytest.raises(AlertNotSent, match="channel chat"):
        send(AppriseNotifier({}))


def test_each_channel_goes_to_its_own_adapter():
    one, other = FakeNotifier(), FakeNotifier()
    routed = RoutedNotifier({"chat": one, "mail": other})
    asyncio.run(routed.notify("mail", an_alert()))
    assert (one.asked, other.asked) == (0, 1)
    with pytest.raises(
        AlertNotSent, match=r"channel pager is not configured \(known: chat, mail\)"
    ):
        asyncio.run(routed.notify("pager", an_alert()))
