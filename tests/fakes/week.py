"""The material of a week, small and plain: a policy, a snapshot, packs, pitches, reviews."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from core.context import PipelineContext
from core.keys import RUN
from core.market import PriceKind
from core.policy import AssetSpec, DeskPolicy, ModelSpec, Profile, SeatSpec
from core.profile import ResearcherSpec
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import InvalidationRule, Pitch, PitchAnswer, PitchIndicator
from core.schemas.research import ResearchAnswer, ResearchFindings, ResearchOutcome, ResearchPack
from core.schemas.review import PeerReview, ReviewAnswer, ReviewScores, ReviewSheet
from core.schemas.run import RunKind, RunSpec
from core.types import AccountId, RunId, WeekId

AS_OF = datetime(2026, 11, 18, 13, tzinfo=UTC)
WEEK = WeekId("2026-11-18")
PRICES = {"SPY": "600", "TLT": "90", "GLD": "350"}
CAST = (
    ("gpt", "GPT-5.1", "openai/gpt-5.1", "OpenAI", "GPT", ("ChatGPT",)),
    ("gemini", "Gemini 3 Pro", "google/gemini-3-pro", "Google", "Gemini", ("DeepMind",)),
    ("claude", "Claude Sonnet 4.5", "anthropic/claude-sonnet-4.5", "Anthropic", "Claude", ()),
    ("grok", "Grok 4", "x-ai/grok-4", "xAI", "Grok", ()),
)
SEATS = tuple(
    SeatSpec(
        key=key,
        name=name,
        model=model,
        vendor=vendor,
        family=family,
        aliases=aliases,
        account_id=AccountId(f"acct_{number}"),
    )
    for number, (key, name, model, vendor, family, aliases) in enumerate(CAST, 1)
)
CHAIRMAN = ModelSpec(
    name="Claude Opus 4.5", model="anthropic/claude-opus-4.5", vendor="Anthropic", family="Claude"
)
DEPUTY = ModelSpec(name="Qwen 3 Max", model="qwen/qwen-3-max", vendor="Alibaba", family="Qwen")
RESEARCH_A = ResearcherSpec(
    name="Gemini Deep Research", model="google/deep-research", vendor="Google", family="Gemini"
)
RESEARCH_B = ResearcherSpec(
    name="Perplexity Deep Research", model="perplexity/deep-research", vendor="Perplexity"
)


def policy(**changes: object) -> DeskPolicy:
    """The live cast over three assets; TLT cannot be sold short."""
    profile = Profile(
        name="live",
        seats=SEATS,
        chairman=CHAIRMAN,
        chairman_chain=(DEPUTY,),
        researchers={"A": RESEARCH_A, "B": RESEARCH_B},
    )
    assets = tuple(
        AssetSpec(
            symbol=symbol,
            name=symbol,
            asset_class="equity",
            sector=symbol.lower(),
            shortable=symbol != "TLT",
        )
        for symbol in PRICES
    )
    return DeskPolicy(assets=assets, profile=profile).model_copy(update=changes)


def run_spec(seed: str = "7:2026-11-18") -> RunSpec:
    return RunSpec(
        run_id=RunId("run-1"), week_id=WEEK, kind=RunKind.OFFICIAL, as_of=AS_OF, seed=seed
    )


def started(seed: str = "7:2026-11-18") -> PipelineContext:
    return PipelineContext().bind(RUN, run_spec(seed))


def snapshot(**absent: str) -> MarketSnapshot:
    """Three assets with four indicators; GLD's SMA 200 is unknown."""
    assets = tuple(
        AssetSnapshot(
            symbol=symbol,
            asset_class="equity",
            sector=symbol.lower(),
            shortable=symbol != "TLT",
            price=Decimal(price),
            price_kind=PriceKind.CLOSE,
            session=date(2026, 11, 17),
            indicators={
                "rsi_14": 61.5,
                "return_5d": 0.0123,
                "sma_20": float(price) * 0.98,
                "sma_50": float(price) * 0.95,
                "sma_200": None if symbol == "GLD" else float(price) * 0.9,
            },
        )
        for symbol, price in PRICES.items()
        if symbol not in absent
    )
    return MarketSnapshot(
        week_id=WEEK,
        as_of=AS_OF,
        source="test",
        feed="tape",
        adjusted=True,
        assets=assets,
        absent=absent,
    )


def findings(**changes: object) -> ResearchFindings:
    plain = {
        "macro_regime": {
            "risk_mode": "mixed",
            "rates_impulse": "down",
            "usd_impulse": "range",
            "inflation_impulse": "range",
            "growth_impulse": "up",
        },
        "top_narratives": [
            {
                "name": "Soft landing",
                "why_it_moves_prices_this_week": ["payrolls on Friday"],
                "key_catalysts_next_7d": ["payrolls"],
                "what_would_falsify_it": ["a weak print"],
            }
        ],
        "consensus_map": {
            "street_consensus": "long equities",
            "positioning_guess": "crowded",
            "what_market_is_priced_for": ["two cuts"],
            "what_would_surprise": ["no cut"],
        },
        "tradable_candidates": [
            {
                "instrument": "SPY",
                "directional_bias": "bullish",
                "one_week_thesis": ["flows"],
                "primary_risks": ["payrolls"],
                "watch_indicators": [
                    {
                        "name": "VIX",
                        "type": "volatility",
                        "bullish_condition": "below 15",
                        "bearish_condition": "above 20",
                        "check_frequency": "daily",
                    }
                ],
                "invalidation_rule": "a close below 580",
            }
        ],
        "event_calendar_next_7d": [
            {
                "event": "Payrolls",
                "date_et": "2026-11-20",
                "why_matters": "growth",
                "expected_impact_assets": ["SPY", "TLT"],
            }
        ],
        "confidence_notes": {"known_unknowns": ["fund flows"], "data_quality_flags": []},
    }
    return ResearchFindings.model_validate({**plain, **changes})


def research_answer(source: str = "google/deep-research", **changes: object) -> ResearchAnswer:
    return ResearchAnswer(source=source, findings=findings(**changes), report="what was found")


def received(source: str = "google/deep-research", **changes: object) -> ResearchOutcome:
    pack = ResearchPack(
        **findings(**changes).model_dump(), week_id=WEEK, asof_et=AS_OF, research_source=source
    )
    return ResearchOutcome(source=source, pack=pack)


def missing(because: str = "timed out") -> ResearchOutcome:
    return ResearchOutcome(source="perplexity/deep-research", missing_because=because)


def long(symbol: str = "SPY", conviction: float = 1.0, **changes: object) -> PitchAnswer:
    """A sound pitch; a negative conviction makes it a short."""
    side = "LONG" if conviction > 0 else "SHORT"
    base = {
        "instrument": symbol,
        "direction": side if conviction else "FLAT",
        "horizon": "1w",
        "thesis_bullets": ["flows carry the index into payrolls"],
        "consensus_map": {"gemini_research": "agree", "perplexity_research": "mixed"},
        "indicators": [
            PitchIndicator(name="rsi_14", value=61.5, threshold=50, direction="above"),
        ],
        "invalidation": "a loss of three per cent",
        "invalidation_rules": [
            InvalidationRule(operand="return_since_entry", comparison="below", threshold=-0.03)
        ],
        "conviction": conviction,
        "position_size_hint": 0.5,
        "risk_notes": "payrolls may surprise",
    }
    return PitchAnswer.model_validate({**base, **changes})


def pitch_of(number: int, **changes: object) -> Pitch:
    """The stored pitch of seat ``number``."""
    seat = SEATS[number - 1]
    return Pitch(
        **long(**changes).model_dump(),
        idea_id=f"idea-{number}",
        week_id=WEEK,
        account_id=seat.account_id,
        model=seat.model,
        timestamp=AS_OF,
    )


def review_of(label: str, score: int = 6, **words: str) -> ReviewAnswer:
    base = {
        "best_argument_against": "everybody holds it already",
        "one_flip_condition": "a close below 580",
        "suggested_fix": "name the catalyst's hour",
    }
    names = ReviewScores.model_fields
    return ReviewAnswer(
        anonymized_pitch_id=label, scores=dict.fromkeys(names, score), **{**base, **words}
    )


def sheet(*labels: str, score: int = 6, **words: str) -> ReviewSheet:
    return ReviewSheet(reviews=tuple(review_of(label, score, **words) for label in labels))


def peer_review(reviewer: int, reviewed: int, score: int = 6, **words: str) -> PeerReview:
    """Seat ``reviewer`` on the pitch of seat ``reviewed``."""
    seat = SEATS[reviewer - 1]
    return PeerReview(
        **review_of("Pitch A", score, **words).model_dump(),
        review_id=f"review-{reviewer}-{reviewed}",
        pitch_id=f"idea-{reviewed}",
        pitch_account_id=AccountId(f"acct_{reviewed}"),
        reviewer_account_id=seat.account_id,
        reviewer_model=seat.model,
        position=1,
        timestamp=AS_OF,
    )
