"""A research pack: macro regime, narratives, consensus, candidates, calendar, and what is not known."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from core.schemas.base import Schema, ShortText, Symbol, Text
from core.schemas.model_call import Usage
from core.types import WeekId


class RiskMode(StrEnum):
    RISK_ON = "risk_on"
    RISK_OFF = "risk_off"
    MIXED = "mixed"


class Impulse(StrEnum):
    UP = "up"
    DOWN = "down"
    RANGE = "range"


class Bias(StrEnum):
    BULLISH = "bullish"
    BEARISH = "bearish"
    NEUTRAL = "neutral"


class Positioning(StrEnum):
    LIGHT = "light"
    NEUTRAL = "neutral"
    CROWDED = "crowded"


class MacroRegime(Schema):
    risk_mode: RiskMode
    rates_impulse: Impulse
    usd_impulse: Impulse
    inflation_impulse: Impulse
    growth_impulse: Impulse


class Narrative(Schema):
    name: ShortText
    why_it_moves_prices_this_week: tuple[Text, ...]
    key_catalysts_next_7d: tuple[Text, ...]
    what_would_falsify_it: tuple[Text, ...]


class ConsensusMap(Schema):
    street_consensus: Text
    positioning_guess: Positioning
    what_market_is_priced_for: tuple[Text, ...]
    what_would_surprise: tuple[Text, ...]


class WatchIndicator(Schema):
    name: ShortText
    type: ShortText
    bullish_condition: ShortText
    bearish_condition: ShortText
    check_frequency: ShortText


class TradableCandidate(Schema):
    instrument: Symbol
    directional_bias: Bias
    one_week_thesis: tuple[Text, ...]
    primary_risks: tuple[Text, ...]
    watch_indicators: tuple[WatchIndicator, ...]
    invalidation_rule: Text


class CalendarEvent(Schema):
    event: ShortText
    date_et: date
    why_matters: Text
    expected_impact_assets: tuple[Symbol, ...]


class ConfidenceNotes(Schema):
    known_unknowns: tuple[Text, ...]
    data_quality_flags: tuple[Text, ...]


class Citation(Schema):
    title: str
    url: str
    published: date | None = None


class StepDown(Schema):
    """One step of the chain vendor → prompted model → rules: who failed, and why."""

    researcher: str
    because: str


class ResearchFindings(Schema):
    """What a researcher answers; code adds whose it is and when (`ResearchPack`)."""

    macro_regime: MacroRegime
    top_narratives: tuple[Narrative, ...]
    consensus_map: ConsensusMap
    tradable_candidates: tuple[TradableCandidate, ...]
    event_calendar_next_7d: tuple[CalendarEvent, ...]
    confidence_notes: ConfidenceNotes


class ResearchPack(ResearchFindings):
    """Findings with their origin, citations and the free text they came from."""

    week_id: WeekId
    asof_et: datetime
    research_source: str
    citations: tuple[Citation, ...] = ()
    report: str = ""
    stepped_down: tuple[StepDown, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing found: no narrative, no candidate and no event (a neutral view is not empty)."""
        return not (self.top_narratives or self.tradable_candidates or self.event_calendar_next_7d)


class PackStatus(StrEnum):
    RECEIVED = "received"
    EMPTY = "empty"
    MISSING = "missing"


class ResearchOutcome(Schema):
    """A pack, or why there is none: a missing, an empty and a neutral pack are three things."""

    source: str
    pack: ResearchPack | None = None
    missing_because: str | None = None

    @property
    def status(self) -> PackStatus:
        if self.pack is None:
            return PackStatus.MISSING
        return PackStatus.EMPTY if self.pack.is_empty else PackStatus.RECEIVED


class ResearchRequest(Schema):
    """What a researcher is asked: ``pack`` A or B, the universe, and the instant nothing may postdate."""

    pack: str
    week_id: WeekId
    as_of: datetime
    symbols: tuple[str, ...]


class ResearchAnswer(Schema):
    """Findings with their citations and the free text; ``source`` is who really answered."""

    source: str
    findings: ResearchFindings
    citations: tuple[Citation, ...] = ()
    report: str = ""
    usage: Usage = Usage()
    stepped_down: tuple[StepDown, ...] = ()
