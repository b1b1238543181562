"""Two runs beside each other: what was changed, what was decided, what it would have brought, scores."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

import streamlit as st

from core.rules.what_if import Outcome
from core.schemas.decision import ChairmanDecision
from core.schemas.risk import AccountRisk
from core.types import AccountId
from pages.ui.card_head import card_head
from pages.ui.components import prose
from pages.ui.flat_json import beside
from pages.ui.format import conviction, day, percent, trade
from pages.ui.rows import as_table
from pages.ui.run_names import run_name
from pages.ui.runs_data import Side
from pages.ui.safe import safe
from pages.ui.sentences import HORIZONS, dissents
from storage.queries import AccountLabel

Labels = Mapping[AccountId, AccountLabel]
LEFT, RIGHT = "left", "right"


def settings_card(left: Side, right: Side) -> None:
    """Every recorded setting in which the two differ, prompts included."""
    card_head("What was set differently", "as recorded when each run began", run=right.run.run_id)
    found = beside(_set(left), _set(right), _names(left, right), all_fields=False)
    if found.empty:
        st.markdown(":gray[Nothing: both were made under the same settings.]")
        return
    st.dataframe(
        found, hide_index=True, height="content", placeholder="not set", alt="Settings that differ"
    )


def _set(side: Side) -> dict[str, object]:
    prompts = {key: text for key, text in side.run.overrides.items() if key.startswith("prompt.")}
    return {**side.settings, "asked": prompts}


def _names(left: Side, right: Side) -> tuple[str, str]:
    """Columns: the side keeps two runs of one name apart."""
    return f"{LEFT}: {run_name(left.run)}", f"{RIGHT}: {run_name(right.run)}"


def decision_card(side: Side) -> None:
    """What one run decided, and why."""
    card_head(safe(run_name(side.run)), str(side.run.status), run=side.run.run_id)
    decision = side.council.decision
    if decision is None:
        st.markdown(":gray[No decision yet.]")
        return
    chosen = decision.selected_trade
    st.markdown(f"### {safe(trade(chosen.instrument, chosen.direction))}")
    st.markdown(_terms(decision))
    prose(decision.rationale)


def _terms(decision: ChairmanDecision) -> str:
    chosen = decision.selected_trade
    held = f" for {HORIZONS[chosen.horizon]}" if chosen.instrument else ""
    return (
        f"conviction **{conviction(decision.conviction)}**{held} · "
        f"{dissents(len(decision.dissent_summary))}  \n:gray[by {safe(decision.chairman_model)}]"
    )


def outcome_card(left: Side, right: Side, labels: Labels) -> None:
    """Targets of every account, and what they would have brought by themselves."""
    card_head(
        "Targets and what they would have brought",
        "each from cash at the first price after the decision to its horizon, at recorded prices with "
        "the desk's slippage, commission and borrow; no checkpoint acts, so it is not the booked result",
        type="UniverseMarked",
    )
    risks = [{one.account_id: one for one in side.council.risk} for side in (left, right)]
    accounts = [key for key in labels if key in risks[0] or key in risks[1]]
    if not accounts:
        st.markdown(":gray[Neither run has come to its targets.]")
        return
    rows = []
    for key in accounts:
        one, other = left.outcomes.get(key), right.outcomes.get(key)
        rows.append(
            {
                "account": labels[key].name,
                "left target": _target(risks[0].get(key)),
                "right target": _target(risks[1].get(key)),
                "left P/L, $": _pnl(one),
                "right P/L, $": _pnl(other),
                "right less left, $": _difference(one, other),
            }
        )
    money = st.column_config.NumberColumn(format="%+,.0f")
    st.dataframe(
        as_table(rows),
        hide_index=True,
        height="content",
        placeholder="n/a",
        column_config={name: money for name in rows[0] if name.endswith("$")},
        alt="Targets of both runs and their results by themselves",
    )
    st.caption(_until([*left.outcomes.values(), *right.outcomes.values()]))


def _target(one: AccountRisk | None) -> str:
    if one is None:
        return "left out"
    return (
        f"{trade(one.instrument, one.direction)} {percent(abs(one.weight))}"
        if one.weight
        else "FLAT"
    )


def _pnl(one: Outcome | None) -> float | None:
    return None if one is None else float(one.pnl)


def _difference(one: Outcome | None, other: Outcome | None) -> float | None:
    return None if one is None or other is None else float(other.pnl - one.pnl)


def _until(outcomes: list[Outcome | None]) -> str:
    known = [one for one in outcomes if one is not None]
    if not known:
        return "No session has been marked since the decision: nothing can be said yet."
    last = f"to the close of {day(max(one.until for one in known))}"
    return f"Profit and loss in $ {last}" + (
        "." if all(one.over for one in known) else ", still open."
    )


def scores_card(left: Side, right: Side, labels: Labels) -> None:
    """Mean review scores of every pitch in both runs."""
    card_head(
        "Review scores",
        "mean of the seven scores over all reviewers, 1 poor to 10 excellent",
        run=right.run.run_id,
    )
    means = [_means(side) for side in (left, right)]
    accounts = [key for key in labels if key in means[0] or key in means[1]]
    if not accounts:
        st.markdown(":gray[No pitch has been reviewed in either run.]")
        return
    if left.run.owner("peer_review") == right.run.owner("peer_review"):
        st.markdown(":gray[Both rest on the same reviews.]")
    st.dataframe(
        as_table([_scored(key, means, labels) for key in accounts]),
        hide_index=True,
        height="content",
        placeholder="n/a",
        column_config={
            "left": st.column_config.NumberColumn(format="%.2f"),
            "right": st.column_config.NumberColumn(format="%.2f"),
            "change": st.column_config.NumberColumn(format="%+.2f"),
        },
        alt="Mean review score of each pitch in both runs",
    )


def _means(side: Side) -> dict[AccountId, float]:
    found: dict[AccountId, list[float]] = {}
    for review in side.council.reviews:
        found.setdefault(review.pitch_account_id, []).append(review.scores.mean)
    return {key: fmean(scores) for key, scores in found.items()}


def _scored(
    key: AccountId, means: list[dict[AccountId, float]], labels: Labels
) -> dict[str, object]:
    one, other = means[0].get(key), means[1].get(key)
    change = None if one is None or other is None else other - one
    return {"pitch of": labels[key].name, "left": one, "right": other, "change": change}
