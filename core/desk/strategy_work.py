"""The work of a strategy's slots: cycles, looks for moves, fills and marks, on its own account alone."""

from __future__ import annotations

from core.desk.aside import aside
from core.desk.cycles import CycleRequest, Ran, run_cycle
from core.desk.desk import Desk
from core.desk.moves import fresh_moves
from core.desk.slots import Job, Slot
from core.desk.strategy_marking import mark_strategy
from core.desk.strategy_ports import Strategy
from core.desk.strategy_settle import settle_strategy
from core.desk.strategy_switch import is_on
from core.schemas.cycle import CycleTrigger

BEGINNING = (Job.CYCLE, Job.MOVES, Job.DISCOVERY)
"""What a strategy that is off does not begin."""


async def strategy_work(desk: Desk, slot: Slot) -> str:
    """Do the slot's work and say in a few words what it did; Busy while a cycle is under way.

    What is held is settled and marked also while the strategy is off; nothing new begins then.
    """
    strategy = desk.strategy(slot.strategy)
    if slot.job in BEGINNING and not is_on(desk.store, strategy.spec):
        return f"{strategy.name} is off"
    match slot.job:
        case Job.CYCLE:
            request = CycleRequest(slot.key, CycleTrigger.SCHEDULED, execute=True)
            return _told(await run_cycle(desk, strategy, request))
        case Job.DISCOVERY:
            return await _looked(desk, strategy, slot)
        case Job.MOVES:
            return await _moved(desk, strategy, slot)
        case _:
            with desk.lock.hold(f"strategy/{strategy.name}"):
                async with desk.trading:
                    return await aside(desk, _alone, desk, strategy, slot)


async def _looked(desk: Desk, strategy: Strategy, slot: Slot) -> str:
    if strategy.look is None:
        return f"{strategy.name} discovers nothing"
    return await strategy.look(desk, slot.at, slot.key)


async def _moved(desk: Desk, strategy: Strategy, slot: Slot) -> str:
    if strategy.custody is not None:  # a real broker fills within seconds, and may be late with it
        async with desk.trading:
            await aside(desk, settle_strategy, desk, strategy, slot.at)
    moves = fresh_moves(desk, strategy, slot)
    if not moves:
        return "nothing moved"
    symbols = tuple(move.symbol for move in moves)
    request = CycleRequest(slot.key, CycleTrigger.MOVED, symbols, execute=True)
    told = ", ".join(f"{move.symbol} {move.change_pct:+.1f} %" for move in moves)
    return f"{told}: {_told(await run_cycle(desk, strategy, request))}"


def _alone(desk: Desk, strategy: Strategy, slot: Slot) -> str:
    if slot.job is Job.CYCLE_MARK:
        return mark_strategy(desk, strategy, slot.session, slot.at)
    return f"{settle_strategy(desk, strategy, slot.at)} fills"


def _told(ran: Ran) -> str:
    return f"cycle {ran.cycle.run.run_id}: {ran.outcome}"
