"""Canonical JSON: equal values give equal bytes, and a number that is none is refused however deep it lies."""

from __future__ import annotations

import math
from collections import OrderedDict
from decimal import Decimal

import numpy as np
import pytest

from core.canonical import canonical_json, fingerprint


class Price(float):
    """A number of a class of its own."""


@pytest.mark.parametrize("none", [math.nan, math.inf, -math.inf, Price("nan"), np.float64("inf")])
@pytest.mark.parametrize(
    "around",
    [
        lambda one: one,
        lambda one: [1.0, [one]],
        lambda one: (1, {"deep": ({"deeper": one},)}),
        lambda one: OrderedDict(first=1, second=one),
    ],
)
def test_a_number_that_is_none_is_refused_however_deep_it_lies(none, around):
    with pytest.raises(ValueError, match="no canonical JSON"):
        canonical_json(around(none))


def test_the_order_of_keys_and_the_kind_of_sequence_do_not_matter():
    one, other = {"b": (1, 2.5), "a": Decimal("1.10")}, {"a": Decimal("1.10"), "b": [1, 2.5]}
    assert canonical_json(one) == canonical_json(other) == b'{"a":"1.10","b":[1,2.5]}'
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint({**one, "a": Decimal("1.1")})
