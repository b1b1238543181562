"""What the council read and saw: two research packs side by side, and the frozen snapshot."""

from __future__ import annotations

from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from core.market import Floats
from core.schemas.market import AssetSnapshot
from core.schemas.research import ResearchOutcome, ResearchPack
from core.types import WeekId
from pages.ui.card_head import card_head
from pages.ui.comparison_card import comparison_card
from pages.ui.components import bullets, card_title, labelled
from pages.ui.format import day, moment, words
from pages.ui.safe import clipped, safe
from pages.ui.sentences import pack_words
from pages.ui.slots_cards import without_empty
from pages.ui.week_data import WeekBoard

PACKS = ("A", "B")
INDICATORS = {
    "return_1d": "1 d",
    "return_5d": "5 d",
    "return_20d": "20 d",
    "return_60d": "60 d",
    "distance_sma_200": "to SMA 200",
    "drawdown_252": "to 252 d high",
    "realised_volatility_20": "vol. 20 d",
}
PLAIN = {
    "rsi_14": "RSI 14",
    "zscore_return_20d": "z 20 d",
    "correlation_spy_60": "corr SPY 60 d",
    "relative_volume_20": "rel. volume",
}


def research_cards(board: WeekBoard) -> None:
    """A missing pack, an empty pack and a neutral view are said in different words."""
    detail = board.detail
    if board.packs is not None:
        with st.container(border=True):
            comparison_card(board.packs, detail.summary.week_id)
    for column, letter in zip(st.columns(2), PACKS, strict=True):
        with column.container(border=True, height="stretch"):
            _pack(letter, detail.packs.get(letter), detail.summary.week_id)


def _pack(letter: str, outcome: ResearchOutcome | None, week_id: WeekId) -> None:
    badge, sentence = pack_words(outcome)
    card_head(
        f"Pack {letter}",
        safe(outcome.source) if outcome else "",
        week=week_id,
        type=f"ResearchPack{letter}Received",
    )
    st.badge(badge, color="gray" if badge == "received" else "orange")
    if sentence:
        st.markdown(sentence)
    if outcome is not None and outcome.pack is not None:
        _stepped_down(outcome.pack)
        _findings(outcome.pack)


def _stepped_down(pack: ResearchPack) -> None:
    """Who was asked before and why somebody else answered: a stand-in is never shown as the vendor."""
    if not pack.stepped_down:
        return
    st.badge("stand-in", color="orange")
    bullets(f"{step.researcher} did not answer: {step.because}" for step in pack.stepped_down)


def _findings(pack: ResearchPack) -> None:
    regime = pack.macro_regime
    st.markdown(
        f"**Regime {words(regime.risk_mode)}** · rates {regime.rates_impulse}, "
        f"dollar {regime.usd_impulse}, inflation {regime.inflation_impulse}, "
        f"growth {regime.growth_impulse}"
    )
    labelled("Consensus", pack.consensus_map.street_consensus)
    for narrative in pack.top_narratives:
        st.markdown(f"**{safe(narrative.name)}**")
        bullets(narrative.why_it_moves_prices_this_week)
    with st.expander(f"Candidates ({len(pack.tradable_candidates)})"):
        for candidate in pack.tradable_candidates:
            st.markdown(f"**{safe(candidate.instrument)}** {candidate.directional_bias}")
            bullets((*candidate.one_week_thesis, f"Invalid if {candidate.invalidation_rule}"))
    with st.expander(f"Calendar ({len(pack.event_calendar_next_7d)})"):
        bullets(
            f"{day(event.date_et)}: {event.event}. {event.why_matters}"
            for event in pack.event_calendar_next_7d
        )
    with st.expander("What is not known"):
        notes = pack.confidence_notes
        bullets((*notes.known_unknowns, *notes.data_quality_flags))
    _sources(pack)


def _sources(pack: ResearchPack) -> None:
    """Addresses as text: nobody clicks on what a model wrote by accident."""
    with st.expander(f"Sources ({len(pack.citations)}) and report"):
        for cited in pack.citations:
            when = day(cited.published) if cited.published else "no date"
            st.markdown(
                f"**{safe(domain_of(cited.url))}** :gray[{when}]  \n{safe(cited.title)}  \n"
                f":gray[{safe(clipped(cited.url, 300))}]"
            )
        if not pack.citations:
            st.markdown(":gray[The researcher named no source.]")
        if pack.report:
            st.text(clipped(pack.report, 6_000))


def domain_of(url: str) -> str:
    """Whose page it is, as its address says: ``reuters.com``."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return (host or "unknown address").removeprefix("www.")


def snapshot_card(board: WeekBoard) -> None:
    """Every asset's price and indicators, with the closes the run itself had read."""
    snapshot, closes = board.detail.snapshot, board.closes
    with st.container(border=True):
        if snapshot is None:
            card_title("Market snapshot", "not frozen yet")
            return
        kind = "adjusted for splits and dividends" if snapshot.adjusted else "not adjusted"
        feed = f", feed {safe(snapshot.feed)}" if snapshot.feed else ""
        card_head(
            "Market snapshot",
            f"frozen {moment(snapshot.as_of)} from {safe(snapshot.source)}{feed}; {kind}",
            week=board.detail.summary.week_id,
            type="MarketSnapshotFrozen",
        )
        signed = st.column_config.NumberColumn(format="%+.1f %%")
        unsigned = st.column_config.NumberColumn(format="%.1f %%")
        percents = {name: unsigned if "vol" in name else signed for name in INDICATORS.values()}
        plain = {name: st.column_config.NumberColumn(format="%.2f") for name in PLAIN.values()}
        frame = pd.DataFrame([_asset(asset, closes.get(asset.symbol)) for asset in snapshot.assets])
        st.dataframe(
            without_empty(frame, "noted", "60 closes"),
            hide_index=True,
            height="content",
            placeholder="n/a",
            column_config={
                "asset": st.column_config.TextColumn(pinned=True),
                "price": st.column_config.NumberColumn("price, $", format="%.2f"),
                "60 closes": st.column_config.LineChartColumn(
                    width="small", help="The newest closes the run read, oldest first, in dollars."
                ),
                **percents,
                **plain,
            },
            alt="Prices and indicators of every asset",
        )
        for symbol, why in snapshot.absent.items():
            st.markdown(f":orange-badge[absent] **{safe(symbol)}** {safe(why)}")


def _asset(asset: AssetSnapshot, closes: Floats | None) -> dict[str, object]:
    found = asset.indicators
    return {
        "asset": asset.symbol,
        "60 closes": [] if closes is None else [round(float(one), 2) for one in closes],
        "price": float(asset.price),
        "of": f"{asset.session:%d %b} {asset.price_kind}",
        **{shown: _hundred(found.get(name)) for name, shown in INDICATORS.items()},
        **{shown: found.get(name) for name, shown in PLAIN.items()},
        "noted": ", ".join(asset.defects),
    }


def _hundred(fraction: float | None) -> float | None:
    return None if fraction is None else fraction * 100
