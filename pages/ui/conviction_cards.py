"""Cards of the conviction page: what acted, one account's path, all of them, every checkpoint."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from core.events.account import CheckpointDecided
from core.events.market import UniverseMarked
from core.types import AccountId, WeekId
from pages.ui import data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import who
from pages.ui.conviction_charts import small_panels, week_panels
from pages.ui.conviction_data import ENDED, WeekConviction, week_conviction
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.evidence import Filter
from pages.ui.figure import figure
from pages.ui.format import conviction, dollars, signed_dollars, words
from pages.ui.safe import safe
from storage.queries import AccountLabel, WeekSummary
from storage.queries.conviction import CheckpointCount

Labels = Mapping[AccountId, AccountLabel]
ACTED, ALL = "acted", "all"


def figures(
    week: WeekId,
    counts: Sequence[CheckpointCount],
    effect: tuple[float, float] | None,
    *,
    whole: bool,
) -> None:
    """Four figures of the week; ``effect`` is USD this week and so far, of the council.

    Who may not see the ``whole`` record is not told what it was so far.
    """
    decided, acted = sum(one.decided for one in counts), sum(one.acted for one in counts)
    quiet = sum(one.quiet for one in counts)
    behind = Filter(week=week, type=CheckpointDecided.__name__)
    with st.grid(4, min_column_width=150, gap="small"):
        figure(
            "Checkpoints that acted", f"{acted} of {decided}", f"{quiet} saw no new price", **behind
        )
        figure(
            "Invalidations met",
            str(sum(one.invalidated for one in counts)),
            "of all accounts",
            "The predicate the pitch named on Wednesday came true.",
            **behind,
        )
        figure(
            "Panic exits",
            str(sum(one.panics for one in counts)),
            "of all accounts",
            "Exits of a model whose thesis was not invalidated.",
            **behind,
        )
        _brought(week, effect, whole=whole)


def _brought(week: WeekId, effect: tuple[float, float] | None, *, whole: bool) -> None:
    """In USD, at the week's closes."""
    closes = Filter(week=week, type=UniverseMarked.__name__)
    if effect is None:
        figure("They brought", "n/a", "no session marked yet", **closes)
        return
    of_week, total = effect
    figure(
        "They brought this week",
        signed_dollars(of_week),
        f"council · {signed_dollars(total)} so far" if whole else "council",
        "Equity less that of the same account had no checkpoint ever acted.",
        **closes,
    )


def path_card(state: StoreState, week: WeekSummary, chosen: AccountId, labels: Labels) -> None:
    """One account in colour, the others behind it, price and P/L underneath."""
    seen = week_conviction(state, week.week_id, week.as_of)
    own = seen.of(chosen)
    card_head(
        f"Conviction of {who(labels.get(chosen), chosen)}",
        "−2 to +2 after each checkpoint; others in grey; P/L since entry, the last bar net of costs",
        week=week.week_id,
        stream=f"account/{chosen}",
    )
    if not own["conviction"].notna().any():
        st.markdown(":gray[This account had no target this week.]")
        return
    if chosen not in seen.held:
        st.markdown(":gray[It held nothing a checkpoint could act on: see the others below.]")
    words = f"Conviction, price and P/L of {labels[chosen].shown} over the week"
    draw_kept(_path, state, week.week_id, week.as_of, chosen, alt=words)


def _path(state: StoreState, week_id: WeekId, as_of: datetime, chosen: AccountId) -> Drawing:
    seen = week_conviction(state, week_id, as_of)
    names = {key: label.shown for key, label in data.labels(state).items()}
    named = seen.path.assign(who=seen.path["account_id"].map(names))
    peers = named[(named["account_id"] != chosen) & named["account_id"].isin(seen.held)]
    return week_panels(named[named["account_id"] == chosen], peers)


def every_account(state: StoreState, week: WeekSummary, labels: Labels) -> None:
    """Small multiples on one time axis; who held nothing is named below."""
    seen = week_conviction(state, week.week_id, week.as_of)
    with st.grid(3, min_column_width=300, gap="small") as grid:
        for account in seen.held:
            with grid.cell(), st.container(border=True):
                card_head(
                    who(labels.get(account), account),
                    safe(seen.trades[account]),
                    week=week.week_id,
                    stream=f"account/{account}",
                )
                words = f"Conviction and P/L of {labels[account].shown}"
                draw_kept(_small, state, week.week_id, week.as_of, account, alt=words)
    idle = [
        who(labels.get(one.account_id), one.account_id) for one in seen.counts if not one.decided
    ]
    if idle:
        st.markdown(f":gray[Held nothing a checkpoint could act on: {', '.join(idle)}.]")


def _small(state: StoreState, week_id: WeekId, as_of: datetime, account: AccountId) -> Drawing:
    seen = week_conviction(state, week_id, as_of)
    return small_panels(seen.of(account), seen.path[seen.path["account_id"].isin(seen.held)])


def checkpoints_card(seen: WeekConviction, labels: Labels, week: str) -> None:
    """Every decided checkpoint with its rule and reason."""
    note = "price in $ a share, P/L in $ since entry"
    card_head("Checkpoints", note, week=week, type="CheckpointDecided")
    shown = st.segmented_control(
        "Which checkpoints",
        [ACTED, ALL],
        default=ACTED,
        key="show",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    decided = seen.path[~seen.path["action"].isin(["", ENDED])]
    rows = decided if shown == ALL else decided[decided["flag"] != ""]
    if rows.empty:
        st.markdown(":gray[No checkpoint changed a position this week.]")
    else:
        st.dataframe(
            pd.DataFrame([_line(row, labels) for row in rows.to_dict("records")]),
            hide_index=True,
            height="content" if len(rows) <= 15 else 560,
            alt="Checkpoints of the week with rule and reason",
        )


def _line(row: Mapping[Hashable, Any], labels: Labels) -> dict[str, object]:
    price, pnl = row["price"], row["pnl"]
    return {
        "when": row["local"],
        "account": labels[row["account_id"]].shown,
        "action": row["flag"] or row["action"],
        "conviction": f"{conviction(row['before'])} → {conviction(row['conviction'])}",
        "price": dollars(None if pd.isna(price) else price, 2),
        "P/L": signed_dollars(None if pd.isna(pnl) else pnl),
        "rule": words(row["rule"]),
        "reason": row["reason"],
    }
