"""The broker's bad days: one of these at a time, picked by a number from 0 to 1."""

from __future__ import annotations

from tests.servers.alpaca_faults import HTML, Fault, broken

BUSY = Fault(status=429, body=b'{"message": "too many requests."}', headers={"Retry-After": "0"})
LOOK_UP_LOST = Fault("GET", "/v2/orders:by", times=6, drop=True)

BAD_DAYS: tuple[tuple[Fault, ...], ...] = (
    (Fault(drop=True, times=3),),
    (Fault(drop=True, times=3, taken=False),),
    (Fault(drop=True, times=2), LOOK_UP_LOST),
    (broken(500, taken=True, times=3),),
    (broken(502, taken=False, times=3),),
    (broken(504, taken=True, times=3),),
    (Fault(status=502, body=HTML, times=3),),
    (Fault(stall_s=0.6, times=2),),
    (Fault(stall_s=0.6, times=2, taken=False),),
    (Fault(half=True, times=3),),
    (Fault(status=429, body=BUSY.body, headers=BUSY.headers, times=3, taken=False),),
    (Fault("GET", "/v2/account", times=4, drop=True),),
    (Fault("GET", "/v2/positions", times=4, status=503, body=HTML),),
    (Fault("GET", "/v2/orders", times=6, half=True),),
)
DOWN = tuple(Fault(method, "/", times=None, drop=True, taken=False) for method in ("GET", "POST"))


def bad_day(size: float) -> tuple[Fault, ...]:
    return BAD_DAYS[int(size * len(BAD_DAYS)) % len(BAD_DAYS)]
