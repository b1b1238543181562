"""What a run came to, stage by stage; what it inherited is its parent's, without the seats left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orjson import loads
from sqlalchemy import select

from core.schemas.decision import ChairmanDecision
from core.schemas.pitch import Abstention, Pitch
from core.schemas.research import ResearchOutcome
from core.schemas.review import PeerReview
from core.schemas.risk import AccountRisk
from core.types import AccountId
from storage.projections.council_tables import (
    DecisionRow,
    PitchRow,
    ResearchPackRow,
    ReviewRow,
)
from storage.projections.desk import SettingsRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.queries.run_documents import abstentions, documents, risks
from storage.queries.runs import RunLine

PACKS, SETTINGS = table_of(ResearchPackRow), table_of(SettingsRow)
PACK_LETTERS = ("A", "B")


@dataclass(frozen=True, slots=True)
class RunValues:
    """What has not happened yet is empty or None. ``packs`` by letter, ``pitches`` by account."""

    packs: Mapping[str, ResearchOutcome]
    pitches: Mapping[AccountId, Pitch]
    abstentions: tuple[Abstention, ...]
    reviews: tuple[PeerReview, ...]
    decision: ChairmanDecision | None
    risk: tuple[AccountRisk, ...]


def run_values(reader: StoreReader, run: RunLine) -> RunValues:
    """Of one run of `storage.queries.runs.week_runs`."""
    pitched, seated = run.owner("pitch"), _seated(run_settings(reader, run))
    pitches = documents(reader, PitchRow, pitched, Pitch)
    abstained = abstentions(reader, pitched, "pitch")
    decided = documents(reader, DecisionRow, run.owner("chairman"), ChairmanDecision)
    return RunValues(
        packs=_packs(reader, run),
        pitches={one.account_id: one for one in pitches if not seated or one.account_id in seated},
        abstentions=tuple(one for one in abstained if not seated or one.account_id in seated),
        reviews=documents(reader, ReviewRow, run.owner("peer_review"), PeerReview),
        decision=next(iter(decided), None),
        risk=risks(reader, run.owner("risk")),
    )


def run_settings(reader: StoreReader, run: RunLine) -> Mapping[str, Any]:
    """The recorded policy a run was made under, as JSON; empty where none was recorded."""
    asked = select(SETTINGS.c.policy).where(SETTINGS.c.fingerprint == run.settings_fingerprint)
    row = reader.first(asked)
    found: Mapping[str, Any] = {} if row is None else loads(row["policy"])
    return found


def _seated(settings: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(seat["account_id"] for seat in settings.get("profile", {}).get("seats", ()))


def _packs(reader: StoreReader, run: RunLine) -> Mapping[str, ResearchOutcome]:
    found = {}
    for letter in PACK_LETTERS:
        owner = run.owner(f"research_{letter.lower()}")
        asked = select(PACKS.c.document).where(PACKS.c.run_id == owner, PACKS.c.pack == letter)
        row = reader.first(asked)
        if row is not None:
            found[letter] = ResearchOutcome.model_validate_json(row["document"])
    return found
