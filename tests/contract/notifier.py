"""The Notifier port's contract: one suite that every adapter's tests inherit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from core.errors import AlertNotSent
from core.ports import Notifier
from core.schemas.alert import Severity
from tests.fakes.alerts import an_alert


@dataclass
class NotifierBench:
    """A notifier under test; ``arrived`` gives one text an alert that came through, in order.

    ``down`` makes the channel refuse from now on; None where nothing can refuse.
    """

    notifier: Notifier
    channel: str
    arrived: Callable[[], Sequence[str]]
    down: Callable[[], None] | None = None
    secret: str = ""

    def notify(self, *args, **more) -> None:
        asyncio.run(self.notifier.notify(self.channel, an_alert(*args, **more)))


class NotifierContract:
    """Subclasses give the fixture ``bench``: a NotifierBench nothing was sent over yet."""

    def test_an_alert_arrives_once_with_its_title_and_body(self, bench: NotifierBench):
        bench.notify(1, title="Job weekly failed", body="no price\nDue 08:00")
        (text,) = bench.arrived()
        assert all(part in text for part in ("Job weekly failed", "no price", "Due 08:00"))

    @pytest.mark.parametrize("severity", list(Severity))
    def test_every_severity_arrives(self, bench: NotifierBench, severity: Severity):
        bench.notify(1, severity)
        assert len(bench.arrived()) == 1

    def test_alerts_arrive_in_the_order_they_are_given(self, bench: NotifierBench):
        for number in range(3):
            bench.notify(number, title=f"number {number}")
        assert [f"number {n}" in text for n, text in enumerate(bench.arrived())] == [True] * 3

    def test_the_longest_alert_arrives_whole(self, bench: NotifierBench):
        bench.notify(1, title="T" * 160, body="é" * 1_500)
        (text,) = bench.arrived()
        assert "T" * 160 in text
        assert "é" * 1_500 in text

    def test_a_refusal_is_alert_not_sent_in_one_line_without_the_address(
        self, bench: NotifierBench
    ):
        if bench.down is None:
            return
        bench.down()
        with pytest.raises(AlertNotSent) as caught:
            bench.notify(1)
        assert "\n" not in str(caught.value)
        assert bench.secret not in str(caught.value)
        assert bench.arrived() == []
