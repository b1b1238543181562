"""What a broker says of one of its accounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.schemas.base import Schema
from core.types import AccountId


class Statement(Schema):
    """One account at the broker, named ``custody``: an account's own, or the key several share.

    ``accounts`` are the desk's accounts it stands for, ``positions`` signed shares by symbol (flat
    ones absent), ``cash`` USD, ``orders`` the client ids of open orders that the broker's adapter
    did not send of its own accord.
    """

    custody: AccountId
    accounts: tuple[AccountId, ...]
    positions: Mapping[str, Decimal]
    cash: Decimal
    orders: tuple[str, ...] = ()
