"""What the week page reads beside the week's documents: kept until the log moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.market import Floats
from core.policy import RiskLimits
from core.rules.pack_comparison import PackComparison, compare_packs
from core.rules.review_table import Pair, PitchVerdict, ReviewCell, pitch_verdicts, review_cells
from core.rules.tally import Tally, tallies
from core.rules.votes import Council, WeekKind, chair_of, kind_of, reviewed, voices_of
from core.schemas.risk import Target
from core.types import AccountId, WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from pages.ui.visitor import may_see
from storage.queries import WeekDetail, week_detail
from storage.queries.approvals import WeekProposal, week_proposal
from storage.queries.frozen_week import frozen_closes, limits_of, week_targets
from storage.queries.timeline import Timeline, run_timeline


@dataclass(frozen=True, slots=True)
class Votes:
    """The chairman beside the votes; ``kind`` says whether anybody was overruled."""

    tallies: tuple[Tally, ...]
    kind: WeekKind


@dataclass(frozen=True, slots=True)
class WeekBoard:
    """``closes`` in USD by symbol; ``packs`` None unless both came; ``votes`` None before a decision."""

    detail: WeekDetail
    timeline: Timeline
    closes: Mapping[str, Floats]
    targets: tuple[Target, ...]
    limits: RiskLimits | None
    proposal: WeekProposal | None
    packs: PackComparison | None
    cells: Mapping[Pair, ReviewCell]
    verdicts: Mapping[AccountId, PitchVerdict]
    votes: Votes | None


def board(state: StoreState, week_id: WeekId) -> WeekBoard | None:
    """Everything of one week; None for a week nobody has run, or that is not the visitor's to see."""
    return _board(state, week_id) if may_see(week_id) else None


def shown(state: StoreState, week_id: WeekId) -> WeekBoard:
    """The board of the week that a card on the screen belongs to."""
    found = board(state, week_id)
    assert found is not None  # there would be no card
    return found


# A resource: what is frozen need not be copied for every look, and nobody changes its frames.
@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def _board(state: StoreState, week_id: WeekId) -> WeekBoard | None:
    detail = week_detail(state.reader, week_id)
    if detail is None:
        return None
    run_id = detail.summary.run_id
    cells = review_cells(detail.reviews)
    verdicts = pitch_verdicts(cells)
    return WeekBoard(
        detail=detail,
        timeline=run_timeline(state.reader, week_id, run_id),
        closes=frozen_closes(state.reader, run_id),
        targets=week_targets(state.reader, week_id),
        limits=limits_of(state.reader, run_id),
        proposal=week_proposal(state.reader, week_id),
        packs=_packs(detail),
        cells=cells,
        verdicts=verdicts,
        votes=_votes(detail, {account: one.rank for account, one in verdicts.items()}),
    )


def _packs(detail: WeekDetail) -> PackComparison | None:
    a, b = (detail.packs.get(letter) for letter in ("A", "B"))
    if a is None or b is None or a.pack is None or b.pack is None:
        return None
    return compare_packs(a.pack, b.pack)


def _votes(detail: WeekDetail, ranks: Mapping[AccountId, float]) -> Votes | None:
    decision = detail.decision
    if decision is None:
        return None
    council = Council(
        week_id=detail.summary.week_id,
        voices=reviewed(voices_of(detail.pitches), detail.reviews),
        chair=chair_of(decision),
        origin=decision.origin,
    )
    return Votes(tallies(council, ranks), kind_of(council))
