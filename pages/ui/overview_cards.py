"""Cards of the overview: this week's decision, what comes next, what is broken, what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.profile import RULES_VENDOR
from core.types import AccountId, WeekId
from pages.ui import data, overview_data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing, equity_lines
from pages.ui.components import bullet_lines, card_title
from pages.ui.condition import Condition
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.evidence import events_behind
from pages.ui.format import (
    dollars,
    duration,
    moment,
    span,
    week,
    words,
)
from pages.ui.places import link
from pages.ui.safe import safe
from pages.ui.sentences import decision_sentence, dissents
from storage.queries import (
    AccountLabel,
    AccountRole,
    LastRun,
    StageStatus,
    WeekSummary,
)
from storage.queries.costs import WeekCosts

SPANS = {"all": None, "year": 252, "quarter": 63}
"""Sessions shown of the equity curves."""
ACCOUNT, WIDGET = "account", "account in colour"


def span_choice() -> int | None:
    """How many of the newest sessions the curves show; None is all of them."""
    chosen = st.segmented_control(
        "Time shown",
        list(SPANS),
        default="all",
        required=True,
        key="span",
        bind="query-params",
        label_visibility="collapsed",
    )
    return SPANS[chosen or "all"]


def account_choice(names: Mapping[AccountId, str], council: AccountId) -> AccountId:
    """Which account is drawn in colour; the council's, unless the address names another.

    Bound by hand: Streamlit would put the shown name into the address, with every sign escaped.
    """
    asked = AccountId(st.query_params.get(ACCOUNT, council))
    chosen: AccountId | None = st.pills(
        "Account in colour",
        list(names),
        format_func=lambda key: safe(names[key]),
        default=asked if asked in names else council,
        required=True,
        key=WIDGET,
        on_change=_follow,
        label_visibility="collapsed",
    )
    return chosen or council


def _follow() -> None:
    st.query_params[ACCOUNT] = str(st.session_state[WIDGET])


def equity_card(
    state: StoreState, newest: WeekId | None, sessions: int | None, chosen: AccountId
) -> None:
    """As ``overview_data.equity_points``, the account ``chosen`` in colour."""
    words = "Equity of each account in dollars at each close"
    draw_kept(_equity, state, newest, sessions, chosen, alt=words)


def _equity(
    state: StoreState, newest: WeekId | None, sessions: int | None, chosen: AccountId
) -> Drawing:
    names = {key: one.name for key, one in data.labels(state).items()}
    return equity_lines(overview_data.equity_points(state, newest, sessions), names, chosen)


def decision_card(summary: WeekSummary, labels: Mapping[AccountId, AccountLabel]) -> None:
    """The week in one sentence, with how many pitches it rests on and who disagreed."""
    card_head("Decision", f"week of {week(summary.week_id)}", week=summary.week_id)
    st.markdown(decision_sentence(summary))
    with st.container(horizontal=True, gap="small"):
        if summary.pitches or summary.abstained:
            st.badge(f"{summary.received} pitches", color="orange" if summary.abstained else "gray")
        if summary.decision is not None:
            st.badge(dissents(summary.decision.dissents), color="gray")
    council = next((one for one in labels.values() if one.role is AccountRole.COUNCIL), None)
    if summary.decision is not None and council is not None and council.is_rules:
        st.caption("Decided by rules: no language model spoke.")
    link("week", "Read the whole week", week=summary.week_id)


def next_card(sentences: Sequence[str]) -> None:
    card_head("What happens next", "times are New York's", stream="system/slots")
    st.markdown("  \n".join(sentences))


def health_card(seen: Condition, found: Sequence[str], newest: WeekSummary | None) -> None:
    """Whether anything is broken, in words, then what was looked at."""
    card_title("Is anything broken?")
    if found:
        st.badge("1 thing" if len(found) == 1 else f"{len(found)} things", color="orange")
        bullet_lines(found)
    else:
        st.markdown(":green-badge[no] Nothing that was looked at is broken.")
    stale = newest.stages_in(StageStatus.STALE) if newest else ()
    if stale:
        st.markdown(f":orange-badge[stale] {safe(', '.join(stale))}: settings changed since")
    with st.grid(4, min_column_width=170, gap="small") as grid:
        for name, state in _looked_at(seen).items():
            with grid.cell():
                st.markdown(f":gray[{name}]  \n{state}")
    with st.container(horizontal=True, gap="small"):
        link("operations", "Operations")
        events_behind("Marks", type="UniverseMarked")
        events_behind("Slots", stream="system/slots")
        if seen.last_run is not None:
            events_behind("Last run", week=seen.last_run.week_id)


def _looked_at(seen: Condition) -> dict[str, str]:
    return {
        "Scheduler": _scheduler(seen),
        "Prices": _prices(seen),
        "Broker": _broker(seen),
        "Last run": _run(seen.last_run),
    }


def _scheduler(seen: Condition) -> str:
    leader = seen.signs.leader
    if leader is None:
        return "none has led this store" if seen.real else "none is needed"
    state = "alive" if leader.alive else "silent"
    return f"{state}, seen {span(leader.heartbeat_age_s)} ago"


def _prices(seen: Condition) -> str:
    marks = seen.signs.marks
    if marks is None:
        return "no session was marked yet"
    if not seen.real:
        return f"of play, to {marks.session}"
    state = "fresh" if marks.fresh else "old"
    return f"{state}, newest mark {marks.session}"


def _broker(seen: Condition) -> str:
    broker = seen.signs.broker
    if broker is None or broker.compared_at is None:
        return "never had to be compared with the ledger"
    return f"compared with the ledger {moment(broker.compared_at)}"


def _run(run: LastRun | None) -> str:
    if run is None:
        return "none was started"
    kind = "official" if run.official else "what-if"
    took = f", took {duration(run.seconds)}" if run.seconds is not None else ""
    return f"week of {week(run.week_id)}, {kind}, {run.status}{took}"


def spend_card(costs: WeekCosts) -> None:
    """What this week's calls cost, stage by stage; a week of rules paid nobody and says so."""
    card_head(
        "Spent",
        f"week of {week(costs.week_id)}, US dollars, reruns included",
        week=costs.week_id,
    )
    paid = [line for line in costs.lines if not line.model.startswith(f"{RULES_VENDOR}/")]
    st.markdown(f"### {safe(dollars(costs.total_usd, 2))}")
    if not paid:
        st.markdown(":gray[No model was paid: rules answered.]")
        return
    stages: dict[str, float] = {}
    for line in paid:
        stages[line.stage] = stages.get(line.stage, 0.0) + float(line.cost_usd)
    told = ", ".join(f"{words(name)} {dollars(cost, 2)}" for name, cost in stages.items())
    st.markdown(f":gray[{sum(line.calls for line in paid)} calls: {safe(told)}]")
    unknown = sum(line.unknown for line in paid)
    if unknown or costs.unanswered:
        st.markdown(
            f":orange-badge[not all of it] {unknown} calls of unknown price, "
            f"{len(costs.unanswered)} without a recorded end."
        )
