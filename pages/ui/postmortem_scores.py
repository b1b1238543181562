"""Cards of a week's scores: theses, exits, indicators, rules."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.schemas.postmortem import Postmortem
from core.schemas.postmortem_scores import (
    ExitScore,
    IndicatorScore,
    Outcome,
    Verdict,
)
from core.types import AccountId
from pages.ui.card_head import card_head
from pages.ui.components import card_title, who
from pages.ui.drawing import draw_kept
from pages.ui.format import (
    UNKNOWN,
    dollars,
    moment,
    percent,
    points,
    short_moment,
    signed_percent,
    trade,
    words,
)
from pages.ui.pitch_values import value_of
from pages.ui.postmortem_cards import Labels, scored, shown
from pages.ui.postmortem_charts import exit_ranges, thesis_bars
from pages.ui.safe import safe


def theses_card(report: Postmortem, labels: Labels) -> None:
    """Each thesis against the price, as bars and as a table."""
    scores = scored(report)
    left, right = st.columns([2, 3])
    rows = [
        {
            "account": shown(one.account_id, labels),
            "thesis": trade(one.instrument, one.direction),
            "from": dollars(one.reference, 2),
            "to": dollars(one.last, 2),
            "return": signed_percent(one.thesis_return, 2),
            "verdict": one.verdict.value,
            "moved": None if one.thesis_return is None else one.thesis_return * 100,
        }
        for one in scores.theses
    ]
    frame = pd.DataFrame(rows)
    with left.container(border=True, height="stretch"):
        card_title("Direction of the theses", "move of the price the thesis' way, in per cent")
        drawn = frame[frame["verdict"].isin([Verdict.RIGHT.value, Verdict.WRONG.value])]
        if drawn.empty:
            st.markdown(":gray[No thesis took a side.]")
        else:
            draw_kept(thesis_bars, drawn, alt="Move the thesis' way of each account, per cent")
    with right.container(border=True, height="stretch"):
        card_head(
            "Theses",
            "from Wednesday's frozen price to the week's last close, $ a share",
            week=report.week_id,
            type="UniverseMarked",
        )
        st.dataframe(
            frame.drop(columns="moved"), hide_index=True, alt="Each thesis and its verdict"
        )


def exits_card(report: Postmortem, labels: Labels) -> None:
    """Where in the week's range each position was left, against holding it to the last close."""
    scores = scored(report)
    with st.container(border=True):
        card_head(
            "Exits",
            "per cent since entry, seen from the position: the line is the range of opens and closes, "
            "the tick the last close, the dot the exit. What is still held counts at the last close; "
            "of range: 0% left at the worst price, 100% at the best",
            week=report.week_id,
            type="OrderFilled",
        )
        if not scores.exits:
            st.markdown(":gray[Nothing was held.]")
            return
        left, right = st.columns([2, 3])
        with left:
            draw_kept(
                exit_ranges,
                pd.DataFrame([_range(one, labels) for one in scores.exits]),
                alt="Range, last close and exit of each position, per cent since entry",
            )
        right.dataframe(
            pd.DataFrame([_exit(one, labels) for one in scores.exits]),
            hide_index=True,
            alt="How each position ended",
        )


def _exit(one: ExitScore, labels: Labels) -> dict[str, str]:
    return {
        "account": _short(one.account_id, labels),
        "ended": f"{one.kind} · {words(one.reason)}" if one.reason else one.kind.value,
        "brought": signed_percent(one.trade_return, 2),
        "holding": signed_percent(one.hold_return, 2),
        "difference": points(one.against_holding) if one.exit is not None else UNKNOWN,
        "of range": UNKNOWN if one.place is None else percent(one.place, 0),
        "when": short_moment(one.exited_at) if one.exited_at else UNKNOWN,
    }


def _range(one: ExitScore, labels: Labels) -> dict[str, object]:
    sign = one.direction.sign
    ends = sorted(float(price / one.entry - 1) * sign * 100 for price in (one.low, one.high))
    out = None if one.exit is None else float(one.exit / one.entry - 1) * sign * 100
    return {
        "position": f"{_short(one.account_id, labels)} · {trade(one.instrument, one.direction)}",
        "worst": ends[0],
        "best": ends[1],
        "hold": one.hold_return * 100,
        "exit": out,
    }


def _short(account_id: AccountId, labels: Labels) -> str:
    return labels[account_id].name if account_id in labels else account_id


def indicators_card(report: Postmortem, labels: Labels) -> None:
    """Each indicator on Wednesday and at the week's end, against its threshold."""
    scores = scored(report)
    known = scores.indicators_as_of
    card_head(
        "Indicators at the week's end",
        f"as frozen for the next week, {moment(known)}"
        if known
        else "the next week's snapshot is not frozen yet: until then only prices can be decided",
        week=report.week_id,
        type="PitchesCollected",
    )
    if not scores.indicators:
        st.markdown(":gray[No pitch stated an indicator.]")
        return
    said = {Outcome.YES: "held", Outcome.NO: "did not hold", Outcome.UNDECIDED: "undecided"}
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "account": _short(one.account_id, labels),
                    "indicator": words(one.name),
                    "outcome": said[one.held],
                    "Wed → end": f"{value_of(one.name, one.on_wednesday)} → {_end(one)}",
                    "holds while": f"{one.side} {value_of(one.name, one.threshold)}",
                }
                for one in scores.indicators
            ]
        ),
        hide_index=True,
        alt="Indicators against their thresholds at the week's end",
    )


def _end(one: IndicatorScore) -> str:
    return UNKNOWN if one.at_end is None else value_of(one.name, one.at_end)


def fired_card(report: Postmortem, labels: Labels) -> None:
    """Checkpoints that acted, each with the rule it acted by."""
    scores = scored(report)
    card_head(
        "Rules that fired",
        "checkpoints that did more than keep the position",
        week=report.week_id,
        type="CheckpointDecided",
    )
    if not scores.fired:
        st.markdown(":gray[No checkpoint acted.]")
        return
    for one in scores.fired:
        mark = " :orange-badge[panic]" if one.panic else ""
        mark = " :orange-badge[invalidated]" if one.invalidated else mark
        st.markdown(
            f"**{who(labels.get(one.account_id), one.account_id)}** {one.action}{mark}  \n"
            f":gray[:small[{short_moment(one.at)} ET · {safe(words(one.rule))}]]"
        )
