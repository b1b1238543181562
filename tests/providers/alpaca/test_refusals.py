"""Alpaca's refusals: the kind is told by the message, the sentence is plain."""

from __future__ import annotations

import json

import pytest

from core.schemas.order import RefusalKind
from providers.alpaca.refusals import classify, one_line
from tests.fixture_files import fixture_path

KINDS = {
    "insufficient_buying_power": RefusalKind.BUYING_POWER,
    "wash_trade_opposite_limit": RefusalKind.WASH_TRADE,
    "wash_trade_opposite_market_stop": RefusalKind.WASH_TRADE,
    "wash_trade_old_422": RefusalKind.WASH_TRADE,
    "insufficient_qty_held_by_orders": RefusalKind.SHARES,
    "insufficient_qty_sell_above_held": RefusalKind.SHARES,
    "not_fractionable": RefusalKind.FRACTIONAL,
    "fractional_short": RefusalKind.FRACTIONAL,
    "qty_must_be_integer_old": RefusalKind.FRACTIONAL,
    "duplicate_client_order_id": RefusalKind.DUPLICATE_ID,
    "not_shortable": RefusalKind.SHORTING,
    "account_not_allowed_to_short": RefusalKind.SHORTING,
    "hard_to_borrow_day_only": RefusalKind.HARD_TO_BORROW,
}
"""By the name of the recorded body; every other one is a refusal of no kind the desk acts on."""


def recorded() -> list[dict]:
    return json.loads(fixture_path("alpaca/error_bodies.json").read_text())["errors"]


def test_every_recorded_refusal_has_its_kind_and_one_plain_line():
    entries = recorded()
    assert {entry["kind"] for entry in entries} >= set(KINDS)
    for entry in entries:
        kind, sentence = classify(entry["http_status"], entry["body"])
        assert kind is KINDS.get(entry["kind"], RefusalKind.OTHER), entry["kind"]
        assert json.loads(entry["body"])["message"] in sentence
        assert "\n" not in sentence
        assert "4031" not in sentence


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (422, '{"code": 42210000, "message": "asset \\"NOPE\\" not found"}', "unknown_symbol"),
        (422, '{"code": 42210000, "message": "could not find asset \\"NOPE\\""}', "unknown_symbol"),
        (404, '{"code": 40410000, "message": "asset not found for NOPE"}', "unknown_symbol"),
        (422, '{"code": 40010001, "message": "invalid symbol NOPE"}', "unknown_symbol"),
        (403, '{"code": 40310000, "message": "Insufficient Buying Power"}', "buying_power"),
        (422, '{"message": "asset \\"X\\" is hard to borrow"}', "hard_to_borrow"),
        (422, '{"message": "order is already in \\"filled\\" state"}', "other"),
        (403, "<html><body>Forbidden</body></html>", "other"),
        (401, '{"message": "unauthorized."}', "other"),
        (422, "", "other"),
        (422, "[]", "other"),
        (422, "null", "other"),
        (422, '"insufficient buying power"', "buying_power"),
    ],
)
def test_other_wordings_and_bodies_are_told_too(status, body, kind):
    found, sentence = classify(status, body)
    assert found.value == kind
    assert sentence
    assert "<" not in sentence


def test_a_refused_key_says_what_to_look_at():
    assert "key pair" in classify(401, '{"message": "unauthorized."}')[1]


def test_the_reason_of_a_wash_trade_is_kept():
    body = json.dumps({"message": "potential wash trade detected", "reject_reason": "sell exists"})
    assert classify(403, body)[1].endswith("(Alpaca: potential wash trade detected - sell exists)")


def test_a_long_page_becomes_a_short_line():
    page = "<html><script>x</script>" + "<p>word\n</p>" * 500
    assert len(one_line(page)) <= 200
    assert "\n" not in one_line(page)
