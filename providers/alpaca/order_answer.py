"""What Alpaca's answer to an order proves: taken, refused, never sent, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import BrokerUnavailable, OrderRefused, OrderUnknown
from core.schemas.order import RefusalKind
from providers.alpaca.answers import Answer, NoAnswer, failed, is_order, is_refusal
from providers.alpaca.api import Json
from providers.alpaca.refusals import classify


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom we asked, as errors name it: ``Alpaca (its host)``, ``Alpaca over MCP``."""

    whom: str

    def unavailable(self, what: str, reason: str) -> BrokerUnavailable:
        return BrokerUnavailable(f"{what}: {self.whom} {reason}; nothing is known, ask again")

    def unknown(self, client_id: str, reason: str) -> OrderUnknown:
        return OrderUnknown(
            f"order {client_id} may have been taken: {self.whom} {reason}; "
            "look it up, do not send it again"
        )


def id_to_send(order: Json) -> str:
    """The order's own id; OrderRefused for one that could not be found again, or is not exact."""
    client_id = order.get("client_order_id")
    if not isinstance(client_id, str) or not client_id:
        raise OrderRefused("an order without client_order_id is never sent: it could not be found")
    inexact = next((key for key, value in order.items() if isinstance(value, float)), None)
    if inexact:
        raise OrderRefused(f"order {client_id}: {inexact} is a float, give a Decimal's text")
    return client_id


def taken(
    asked: Asked,
    client_id: str,
    answer: Answer | NoAnswer,
    look_up: Callable[[str], Json | None],
) -> Json:
    """The order as it was taken; an id that is taken already is looked up.

    OrderRefused where it surely was not, BrokerUnavailable where nothing was sent, else OrderUnknown.
    """
    if isinstance(answer, NoAnswer):
        if not answer.sent:
            raise asked.unavailable(f"order {client_id} (nothing was sent)", answer.reason)
        raise asked.unknown(client_id, answer.reason)
    if answer.status == 200 and is_order(answer.json, client_id):
        order: Json = answer.json
        return order
    if not is_refusal(answer):
        raise asked.unknown(client_id, failed(answer))
    kind, sentence = classify(answer.status, answer.text)
    if kind is not RefusalKind.DUPLICATE_ID:
        raise OrderRefused(f"order {client_id} was refused: {sentence}", kind)
    return _already_there(asked, client_id, look_up)


def _already_there(asked: Asked, client_id: str, look_up: Callable[[str], Json | None]) -> Json:
    """A repeated id means that the order is live, not that it failed."""
    reason = "says the id is taken and then knows no such order"
    try:
        found = look_up(client_id)
    except BrokerUnavailable as error:
        found, reason = None, str(error)
    if found is None:
        raise asked.unknown(client_id, reason)
    return found
