"""What the conviction page reads: one week's paths, kept until the log moves, at New York wall time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from core.clock import NEW_YORK
from core.schemas.order import Purpose
from core.types import AccountId, CheckpointAction, WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from pages.ui.format import trade, words
from storage.queries.checkpoint_effect import effect_frame
from storage.queries.conviction import (
    CheckpointCount,
    WeekExit,
    checkpoint_counts,
    path_frame,
    week_exits,
    week_trades,
)

PANIC, INVALIDATED = "panic exit", "invalidated"
ENDED = "CLOSED"
HOW_ENDED = {
    Purpose.CHECKPOINT_CLOSE: "closed by the checkpoint",
    Purpose.HORIZON: "horizon reached",
    Purpose.MISSED_WEEK: "closed: the next week was missed",
    Purpose.FLATTEN: "closed by a person",
}


@dataclass(frozen=True, slots=True)
class WeekConviction:
    """A week's paths and what each account was to hold (``LONG SPY``).

    ``path`` as of ``path_frame`` with ``local``, ``flag`` and the fills that ended a position.
    """

    path: pd.DataFrame
    counts: tuple[CheckpointCount, ...]
    trades: Mapping[AccountId, str]

    def of(self, account_id: AccountId) -> pd.DataFrame:
        return self.path[self.path["account_id"] == account_id]

    @property
    def held(self) -> tuple[AccountId, ...]:
        """Accounts with a checkpoint that had a position to decide on."""
        return tuple(one.account_id for one in self.counts if one.decided)


# Resources: nobody changes these frames, so they need not be copied for every look.
@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def week_conviction(state: StoreState, week_id: WeekId, as_of: datetime) -> WeekConviction:
    reader, exits = state.reader, week_exits(state.reader, week_id)
    path = pd.concat([flagged(path_frame(reader, week_id, as_of)), _ended(exits)])
    local = path["at"].dt.tz_convert(NEW_YORK)
    shown = path.assign(
        at=local.dt.tz_localize(None), local=local.dt.strftime("%a %d %b %Y, %H:%M ET")
    )
    return WeekConviction(
        path=shown.sort_values("at", kind="stable"),
        counts=checkpoint_counts(reader, week_id),
        trades={
            account: trade(instrument, direction)
            for account, (instrument, direction) in week_trades(reader, week_id).items()
        },
    )


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def effects(state: StoreState) -> pd.DataFrame:
    """Every account and week, as of ``effect_frame``."""
    return effect_frame(state.reader)


def flagged(path: pd.DataFrame) -> pd.DataFrame:
    """With ``flag``: what a checkpoint did, and whether in panic or because the thesis was refuted."""
    acted = ~path["action"].isin(["", CheckpointAction.STAY])
    flag = path["action"].where(acted, "")
    flag = flag.where(~path["invalidated"], flag + f" · {INVALIDATED}")
    return path.assign(
        flag=flag.where(~path["panic"], flag + f" · {PANIC}").str.removeprefix(" · ")
    )


def _ended(exits: Sequence[WeekExit]) -> pd.DataFrame:
    """The fills that ended a position, as last points of price and P/L: no conviction of their own."""
    return pd.DataFrame(
        {
            "account_id": [one.account_id for one in exits],
            "at": pd.to_datetime([one.closed_at for one in exits], utc=True),
            "action": ENDED,
            "rule": [HOW_ENDED.get(one.purpose, words(one.purpose)) for one in exits],
            "price": [float(one.price) for one in exits],
            "pnl": [float(one.pnl) for one in exits],
            "flag": "",
            "panic": False,
            "invalidated": False,
        }
    )
