"""A round of discovery on a desk: recorded whole, once, point in time, and around people's words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from config.wiring import calendar
from core.agents import rules_cast
from core.desk.discovering import Discovery, recorded, run_discovery
from core.desk.strategy_slots import discovery_instants
from core.desk.watching import Saying, exclude, include, release, watched, watchlist
from core.discovery.panel import Panel
from core.discovery.ports import Universe
from core.discovery.sectors import SectorRow, sectors_on
from core.discovery.settings import DiscoverySettings
from core.errors import BadInput, Busy, ModelTimeout, NoBars
from core.events.discovery import (
    DiscoveryRan,
    DiscoverySettingsRecorded,
    PickersDiverged,
    SymbolsSuggested,
    WatchlistChanged,
)
from core.events.envelope import Append, NewEvent
from core.market import BarSeries, MarketBars
from core.schemas.discovery import DiscoveryAnswer, DiscoveryBrief, NamedSymbol
from core.schemas.setups import Collection, Neighbour, Remembered
from core.schemas.suggestion import Picker
from core.strategy import EQUITY
from core.types import RunId, StoreKind, StreamId, WeekId
from providers.call_log import CallLog
from providers.llm.recording import RecordingModel
from providers.llm.rules import RulesModel
from providers.market.whole import closed_sessions, panel_of
from tests.core.discovery.markets import series, wave
from tests.fakes.desks import Bench, bench, rules_settings
from tests.fakes.models import ScriptedModel

AT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
LAST = date(2026, 11, 19)
DAYS = list(calendar().sessions(date(2026, 1, 2), date(2026, 11, 30)))


@dataclass
class Whole:
    """Bars by symbol over every session to the end of November: more than anybody may see."""

    held: dict[str, BarSeries]
    reads: int = 0

    def universe(self, as_of: datetime) -> Universe:
        return Universe(
            tuple(sorted(set(self.held) - {"SPY"})),
            date(2026, 11, 20),
            "a test",
            {"not tradable": 3},
        )

    def panel(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> Panel:
        self.reads += 1
        wanted = {name: self.held[name] for name in symbols if name in self.held}
        bars = MarketBars(as_of, "tests", "alpaca/sip", adjusted=True, series=wanted)
        return panel_of(bars, closed_sessions(calendar(), as_of, sessions))


def market() -> Whole:
    names = {f"S{letter}": 40 + 10 * place for place, letter in enumerate("ABCDEFGH")}
    held = {name: series(name, DAYS, wave(len(DAYS), price)) for name, price in names.items()}
    held["SPY"] = series("SPY", DAYS, wave(len(DAYS), 600))
    held["THIN"] = series("THIN", DAYS, wave(len(DAYS), 20), volume=1_000)
    held["DEAD"] = series("DEAD", [day for day in DAYS if day < date(2026, 10, 30)], 50.0)
    return Whole(held)


def answer(*symbols: str) -> DiscoveryAnswer:
    picks = tuple(NamedSymbol(symbol=one, score=0.8, reason="It rose.") for one in symbols)
    return DiscoveryAnswer(market_view="Calm.", picks=picks)


@pytest.fixture
def desk() -> Bench:
    return bench(rules_settings(), at=AT, kind=StoreKind.DEMO)


def discovery(
    desk: Bench, whole: Whole | None = None, model: object = None, **changes
) -> Discovery:
    asked = model or RulesModel()
    whole = whole or market()
    rows = [
        SectorRow("SA", "Technology", date(2020, 1, 1)),
        SectorRow("SB", "Later", date(2027, 1, 1)),
    ]
    made = Discovery(
        spec=desk.settings.strategy(EQUITY),
        settings=DiscoverySettings(),
        cast=rules_cast(),
        universe=whole,
        market=whole,
        sectors=lambda day: sectors_on(rows, day),
        models=lambda run: RecordingModel(asked, CallLog(desk.store, run)),
    )
    return replace(made, **changes)


def run(desk: Bench, found: Discovery, at: datetime = AT) -> DiscoveryRan:
    return asyncio.run(run_discovery(desk.desk, found, at, "test"))


def one(desk: Bench, kind: type):
    [event] = desk.events(kind)
    return event


def test_a_round_is_recorded_whole_with_what_it_looked_at(desk):
    ran = run(
        desk,
        discovery(desk, model=ScriptedModel(lambda _: answer("SA", "THIN", "NVDA", "DEAD", "$sa"))),
    )
    assert (ran.universe, ran.looked_at, ran.last_session, ran.feed) == (10, 10, LAST, "alpaca/sip")
    assert ran.dropped["not listed: not tradable"] == 3
    assert ran.dropped["named by the model, not in the universe"] == 1
    assert ran.dropped["named by the model, no bar of the newest session"] == 1
    assert ran.dropped["named by the model twice"] == 1
    assert ran.dropped["no bar of the newest session"] == 1
    assert ran.dropped_names == ("NVDA", "DEAD", "$sa")
    assert ran.sectors_day == date(2020, 1, 1)
    suggested = one(desk, SymbolsSuggested).suggestions
    assert "DEAD" not in {each.symbol for each in suggested}
    assert "SPY" not in {each.symbol for each in suggested}
    assert suggested[0].symbol == "SA"
    assert [pick.picker for pick in suggested[0].picks] == [Picker.METRIC, Picker.FUZZY, Picker.LLM]
    assert [pair.symbol for pair in one(desk, PickersDiverged).pairs] == ["THIN"]
    assert one(desk, DiscoverySettingsRecorded).fingerprint == ran.settings
    assert watchlist(desk.store, EQUITY).symbols[0] == "SA"


def test_the_same_round_is_never_done_twice(desk):
    whole = market()
    first = run(desk, discovery(desk, whole))
    heads = desk.heads()
    assert run(desk, discovery(desk, whole)) == first
    assert desk.heads() == heads
    assert whole.reads == 1


def test_a_round_that_died_after_the_models_answer_asks_nobody_again(desk):
    model = ScriptedModel(lambda _: answer("SA"))
    run(desk, discovery(desk, model=model))
    other = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    calls = [name for name in desk.store.heads() if name.startswith("run/")]
    for stream in calls:  # the log of a process that died before the round's own transaction
        for row in desk.store.read(stream):
            log_event(other, row, desk)
    again = ScriptedModel(lambda _: answer("SB"))
    ran = run(other, discovery(other, model=again))
    assert again.requests == []
    assert ran == recorded(desk.store, EQUITY, AT)


def log_event(other: Bench, row, source: Bench) -> None:
    new = NewEvent(
        source.store.decode(row),
        UUID(row.event_id),
        datetime.fromisoformat(row.occurred_at),
        WeekId(row.week_id),
        RunId(row.run_id),
        row.metadata,
        row.telemetry,
    )
    other.store.commit([Append(StreamId(row.stream_id), [new], row.version - 1)])


def test_changing_anything_later_changes_nothing(desk):
    first = run(desk, discovery(desk))
    crashed = market()
    for name, held in crashed.held.items():
        later = held.days > np.datetime64(LAST)
        columns = [
            np.where(later, column * 0.01, column)
            for column in (held.open, held.high, held.low, held.close)
        ]
        crashed.held[name] = BarSeries(name, held.days, *columns, np.where(later, 0.0, held.volume))
    other = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    assert run(other, discovery(other, crashed)) == first
    assert other.heads() == desk.heads()
    changed = market()
    sa = changed.held["SA"]
    changed.held["SA"] = BarSeries(
        "SA", sa.days, sa.open, sa.high, sa.low, sa.close * 1.01, sa.volume
    )
    third = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    assert run(third, discovery(third, changed)).panel_digest != first.panel_digest


def test_a_silent_model_is_absent_and_its_weight_shared(desk):
    ran = run(
        desk, discovery(desk, model=ScriptedModel(lambda _: ModelTimeout("no answer in time")))
    )
    assert ran.absent == {Picker.LLM: "ModelTimeout: no answer in time"}
    assert ran.weights == pytest.approx({Picker.METRIC: 3 / 7, Picker.FUZZY: 4 / 7})
    assert ran.notes[0].startswith("llm did not pick (ModelTimeout: no answer in time)")


def test_a_model_alone_that_fails_leaves_the_list_as_it_was(desk):
    run(desk, discovery(desk))
    before = watchlist(desk.store, EQUITY)
    alone = discovery(
        desk,
        model=ScriptedModel(lambda _: ModelTimeout("no answer in time")),
        settings=DiscoverySettings(enabled=("llm",)),
    )
    desk.at(AT + timedelta(hours=4))
    with pytest.raises(ModelTimeout):
        run(desk, alone, AT + timedelta(hours=4))
    assert watchlist(desk.store, EQUITY) == before


def test_old_data_suggest_nothing_and_say_so(desk):
    whole = market()
    old = {name: held.slice(slice(0, 190)) for name, held in whole.held.items()}
    with pytest.raises(NoBars, match="has a bar of 2026-11-19 in tests: bring the data up to date"):
        run(desk, discovery(desk, Whole(old)))
    assert desk.events(WatchlistChanged) == []


def test_a_persons_word_between_looking_and_writing_stands(desk):
    def meanwhile(_):
        exclude(desk.store, EQUITY, Saying("SA", "no", "Ada", AT))
        include(desk.store, EQUITY, Saying("THIN", "yes", "Ada", AT), 20)
        return answer("SA", "SB")

    run(desk, discovery(desk, model=ScriptedModel(meanwhile)))
    state = watchlist(desk.store, EQUITY)
    assert state.symbols[0] == "THIN"
    assert "SA" not in state.symbols
    assert "SA" not in watched(desk.store, desk.settings.strategy(EQUITY))


def test_one_round_of_a_strategy_at_a_time(desk):
    with desk.desk.lock.hold(f"strategy/{EQUITY}/discovery"), pytest.raises(Busy):
        run(desk, discovery(desk))


def test_words_need_a_reason_a_symbol_and_room(desk):
    with pytest.raises(BadInput, match="a reason is missing"):
        include(desk.store, EQUITY, Saying("SA", " ", "Ada", AT), 20)
    with pytest.raises(BadInput, match="is no symbol"):
        exclude(desk.store, EQUITY, Saying("not a symbol", "x", "Ada", AT))
    assert include(desk.store, EQUITY, Saying("SA", "x", "Ada", AT), 1)
    assert not include(desk.store, EQUITY, Saying("SA", "x", "Ada", AT), 1)
    with pytest.raises(BadInput, match="1 symbols are pinned already and the list holds 1"):
        include(desk.store, EQUITY, Saying("SB", "x", "Ada", AT), 1)
    assert release(desk.store, EQUITY, Saying("SA", "x", "Ada", AT))
    assert not release(desk.store, EQUITY, Saying("SA", "x", "Ada", AT))


class Memory:
    """Every setup of SB lost, and nothing else was ever traded."""

    def __init__(self) -> None:
        self.asked: list[tuple[Collection, str, datetime]] = []

    def similar(self, collection, text, as_of, k):
        self.asked.append((collection, text, as_of))
        if collection is Collection.SETUPS and "technology" not in text.lower():
            return ()
        document = Remembered(
            document_id="d",
            collection=collection,
            text="It ended badly.",
            happened_at=AT - timedelta(days=30),
            known_at=AT - timedelta(days=20),
            outcome={"return": -0.2},
        )
        return (Neighbour(document=document, distance=0.1),)


def test_similar_trades_lower_a_score_and_similar_days_are_shown_to_the_model(desk):
    plain = run(desk, discovery(desk))
    other, memory = bench(rules_settings(), at=AT, kind=StoreKind.DEMO), Memory()
    model = ScriptedModel(lambda _: answer("SC"))
    run(other, discovery(other, model=model, recall=memory))
    assert plain.round_id == one(other, DiscoveryRan).round_id

    def fuzzy(desk):
        return {
            each.symbol: next(pick for pick in each.picks if pick.picker is Picker.FUZZY)
            for each in one(desk, SymbolsSuggested).suggestions
        }

    before, after = fuzzy(desk), fuzzy(other)
    assert after["SA"].score == pytest.approx(before["SA"].score - 0.1)
    assert (
        after["SA"].reasons[-1] == "1 similar trades, 1 lost, mean -20.0%: -0.100 (distances 0.10)"
    )
    assert after["SB"].score == before["SB"].score
    assert {as_of for _, _, as_of in memory.asked} == {AT}
    brief = model.requests[0].brief
    assert isinstance(brief, DiscoveryBrief)
    assert brief.conditions[0].document.text == "It ended badly."
    assert "It ended badly." in model.requests[0].messages[0].content


def test_what_is_held_leaves_its_sector_less_room(desk):
    run(desk, discovery(desk, held=lambda _: {"SA": 0.3}))
    picks = {each.symbol: each.picks[1] for each in one(desk, SymbolsSuggested).suggestions}
    assert picks["SA"].parts["sector"] == 0.0
    assert "sector: unknown" in picks["SB"].unknown  # its sector is known from 2027 on


def test_it_looks_every_so_many_hours_while_the_market_is_open(desk):
    spec = desk.settings.strategy(EQUITY)
    days = date(2026, 11, 25), date(2026, 11, 27)  # Thanksgiving, then a half day
    found = [
        f"{at:%m-%d %H:%M}"
        for session in calendar().sessions(*days)
        for at in discovery_instants(spec, calendar(), session)
    ]
    assert found == ["11-25 14:38", "11-25 18:38", "11-27 14:38"]
