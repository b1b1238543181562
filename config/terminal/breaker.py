"""`breaker status|evaluate|reset` and `trading disable|enable`: what to say, and a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from config.terminal import show
from core.desk.breaker import evaluate, reset
from core.desk.desk import Desk
from core.desk.halts import halts
from core.desk.spending import usd
from core.desk.trading_switch import disable, enable, is_disabled
from core.events.breaker import BreakerReleased, BreakerTripped
from core.events.envelope import Event
from core.rules.breaker_scope import Measured

HEADS = ("scope", "state", "equity", "peak", "drawdown", "losses", "shadow", "wins")


def status(desk: Desk, *, as_json: bool = False) -> None:
    """Every scope with its numbers, and whether trading goes on; nothing is written."""
    scopes, stopped = desk.meter.scopes(), is_disabled(desk.store)
    if as_json:
        trading = {"enabled": stopped is None, **({} if stopped is None else stopped.model_dump())}
        rows = {scope: _numbers(measured) for scope, measured in scopes.items()}
        show.as_json({"trading": trading, "scopes": rows})
        return
    if stopped is None:
        show.line("trading: enabled")
    else:
        flat = ", everything is to be flattened" if stopped.flatten else ""
        show.line(f"trading: DISABLED by {stopped.by}: {stopped.reason}{flat}")
    show.table(HEADS, [_row(measured) for measured in scopes.values()])
    for found in halts(desk.store).values():
        for halt in found:
            show.line(f"{halt}; {_way_out(halt.scope)}")


def evaluate_now(desk: Desk) -> None:
    """Measure and decide; one line a decision."""
    written = evaluate(desk)
    for event in written:
        show.line(_said(event))
    if not written:
        show.line(f"nothing to halt or to release: {len(desk.meter.scopes())} scopes measured")


def reset_scope(desk: Desk, scope: str, reason: str | None, by: str) -> None:
    """A person ends the scope's halts; BadInput for an unknown scope or without a reason."""
    was = halts(desk.store).get(scope, ())
    event = reset(desk.store, scope, reason or "", by, desk.clock.now())
    ended = ", ".join(halt.cause for halt in was) or "nothing was halted"
    show.line(f"{event.scope} is measured anew from here ({ended}): {event.reason}")


def disable_trading(desk: Desk, reason: str | None, by: str, *, flatten: bool) -> None:
    """No order goes out any more; BadInput without a reason."""
    event = disable(desk.store, reason or "", by, desk.clock.now(), flatten=flatten)
    after = "; the scheduler closes every position" if event.flatten else ""
    show.line(f"trading is disabled from the next order on: {event.reason}{after}")


def enable_trading(desk: Desk, reason: str | None, by: str) -> None:
    """Orders go out again; BadInput without a reason, or when trading was not disabled."""
    event = enable(desk.store, reason or "", by, desk.clock.now())
    show.line(f"trading is enabled: {event.reason}")


def _row(measured: Measured) -> tuple[object, ...]:
    gauge, shadow = measured.gauge, measured.shadow
    state = "halted: " + ", ".join(measured.halts) if measured.halts else "trading"
    return (
        measured.scope,
        state,
        usd(gauge.equity),
        usd(gauge.peak),
        f"{gauge.drawdown_pct:.2f} %",
        gauge.losses,
        "" if shadow is None else f"{shadow.drawdown_pct:.2f} %",
        "" if shadow is None else shadow.wins,
    )


def _numbers(measured: Measured) -> Mapping[str, object]:
    gauge, shadow = measured.gauge, measured.shadow
    return {
        "halts": list(measured.halts.values()),
        "equity": gauge.equity,
        "peak": gauge.peak,
        "drawdown_pct": gauge.drawdown_shown,
        "losses": gauge.losses,
        "shadow": None
        if shadow is None
        else {
            "equity": shadow.equity,
            "peak": shadow.peak,
            "drawdown_pct": shadow.drawdown_shown,
            "wins": shadow.wins,
        },
    }


def _said(event: Event) -> str:
    match event:
        case BreakerTripped():
            return f"{event.scope} is halted by {event.cause}: {_size(event)}"
        case BreakerReleased():
            return f"{event.scope} is released from {event.cause} by its {event.on}: {_size(event)}"
        case _:
            return type(event).__name__


def _size(event: BreakerTripped | BreakerReleased) -> str:
    value, threshold = _plain(event.value), _plain(event.threshold)
    return f"{value} against {threshold}, equity {usd(event.at_equity)} of {usd(event.peak)}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _way_out(scope: str) -> str:
    return f"its shadow releases it, or `breaker reset {scope} --reason TEXT`"
