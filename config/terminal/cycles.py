"""`cycle run`, `cycle show`, `cycle replay`: one trading cycle by hand, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from config.terminal import show
from core.clock import in_new_york
from core.desk.cycles import CycleRequest, Ran, run_cycle
from core.desk.desk import Desk
from core.desk.strategy_switch import refuse_while_off
from core.errors import BadInput
from core.pipeline import Progress
from core.schemas.cycle import CycleTrigger
from core.strategy import EQUITY
from storage.queries import StoreReader
from storage.queries.cycle_heard import CycleHeard, cycle_heard
from storage.queries.cycles import CycleDetail, CycleSymbolLine, cycle_detail, cycles

STEPS = ("looked at", "signalled", "approved", "validated", "planned", "filled")


def symbols_of(text: str | None) -> tuple[str, ...]:
    """``AAPL, MSFT`` as symbols, each once; none where nothing is given."""
    names = [name.strip().upper() for name in (text or "").split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


async def run(
    desk: Desk, symbols: Sequence[str], progress: Progress, *, execute: bool, name: str = EQUITY
) -> Ran:
    """A manual cycle of this moment; BadInput to execute for a strategy that is off."""
    strategy = desk.strategy(name)
    if execute:
        refuse_while_off(desk.store, strategy.spec)
    asked = f"manual/{desk.clock.now().isoformat()}"
    request = CycleRequest(asked, CycleTrigger.MANUAL, tuple(symbols), execute=execute)
    return await run_cycle(desk, strategy, request, progress)


def wanted(reader: StoreReader, cycle_id: str | None) -> str:
    """The id that was given, else the newest cycle's; BadInput before the first."""
    if cycle_id:
        return cycle_id
    newest = cycles(reader, limit=1)
    if not newest:
        raise BadInput("there is no cycle yet: `cycle run` makes one")
    return newest[0].cycle_id


def tell(reader: StoreReader, cycle_id: str | None, *, as_json: bool) -> None:
    """One cycle, the newest without an id; BadInput for one that is not there."""
    chosen = wanted(reader, cycle_id)
    found = cycle_detail(reader, chosen)
    if found is None:
        raise BadInput(f"there is no cycle {chosen[:60]}: the cycle page lists them")
    heard = cycle_heard(reader, found.line.cycle_id)
    if as_json:
        show.as_json(_plain(found, heard))
    else:
        _told(found, heard)


def _missing(heard: CycleHeard | None) -> Iterator[tuple[str, str]]:
    """What the cycle had to do without, and why."""
    if heard is not None and heard.news:
        yield "headlines", heard.news
    if heard is not None and heard.memory:
        yield "past setups", heard.memory


def _told(found: CycleDetail, heard: CycleHeard | None) -> None:
    line = found.line
    dry = "" if line.execute else ", a dry run"
    show.line(f"cycle {line.cycle_id}: {line.strategy}, {line.trigger}{dry}")
    show.line(f"{in_new_york(line.as_of):%Y-%m-%d %H:%M} New York, {line.status}: {line.outcome}")
    for what, why in _missing(heard):
        show.line(f"no {what}: {why}")
    for agent, why in found.silent.items():
        show.line(f"{agent} gave no usable answer: {why}")
    counts = zip(STEPS, found.funnel, strict=True)
    show.line(", ".join(f"{count} {step}" for step, count in counts))
    rows = [_row(one) for one in found.symbols if one.signal is not None]
    if rows:
        show.table(("symbol", "signal", "confidence", "risk", "validator", "traded"), rows)
    if line.synthesis:
        show.line(line.synthesis)


def _row(one: CycleSymbolLine) -> tuple[str, ...]:
    signal, risk, checked = one.signal, one.risk, one.validation
    assert signal is not None  # only what was spoken of is a row
    refused = "" if risk is None or not risk.hits else f" ({risk.hits[0].limit})"
    return (
        one.symbol,
        signal.action.value,
        f"{signal.confidence:.2f}",
        "" if risk is None else f"{risk.adjusted_quantity:f}{refused}",
        "" if checked is None else f"{'yes' if checked.approved else 'no'} {checked.score:.2f}",
        "" if one.planned is None else f"{one.planned:f}",
    )


def _plain(found: CycleDetail, heard: CycleHeard | None) -> dict[str, object]:
    """Everything a page shows, as plain values."""
    symbols = [
        {
            **{name: value for name, value in asdict(one).items() if name not in DOCUMENTS},
            **{
                name: None if (part := getattr(one, name)) is None else part.model_dump(mode="json")
                for name in DOCUMENTS
            },
        }
        for one in found.symbols
    ]
    return {
        **asdict(found),
        "symbols": symbols,
        "heard": None if heard is None else asdict(heard),
        "funnel": dict(zip(STEPS, found.funnel, strict=True)),
    }


DOCUMENTS = ("signal", "risk", "validation")
