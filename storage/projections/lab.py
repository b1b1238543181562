"""The council lab: every way to choose among the recorded pitches, traded on the recorded prices.

Deliberately from the official run's words alone: what a person did not approve, a breaker halted or a
checkpoint left is traded here all the same, for the lab asks what choosing was worth.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from core.events.envelope import StoredEvent
from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_desk import Deliberation, LabDesk, LabWeek, charged, marked
from core.rules.lab_ideas import Idea, followed, taken_up
from core.rules.lab_lines import LabBook
from core.rules.lab_picks import Picks, Tradable
from core.rules.votes import chair_of, reviewed, voices_of
from core.schemas.decision import ChairmanDecision
from core.schemas.pitch import Pitch
from core.schemas.review import PeerReview
from core.types import Money
from storage.projections.lab_tables import LabEquityRow, LabIdeaRow, LabStateRow, LabWeekRow
from storage.projections.writing import Handler, Rows, TableProjection, as_text

Desks, Deliberations = TypeAdapter(LabDesk), TypeAdapter(Deliberation)
PicksByLine, MoneyByLine = TypeAdapter(Picks), TypeAdapter(dict[str, Money])
Pitches, Reviews = TypeAdapter(tuple[Pitch, ...]), TypeAdapter(tuple[PeerReview, ...])
Ideas = TypeAdapter(tuple[Idea, ...])
DESK, CLAIM, TERMS, IDEAS = "desk", "claim", "terms", "ideas"
FREE = {"slippage_bps": "0", "commission_bps": "0"}
"""Where a broker fills for real: what it bills is all a trade costs."""


def _read(rows: Rows, key: str) -> str | None:
    return next((row["document"] for row in rows.read(LabStateRow, {"key": key})), None)


def _keep(rows: Rows, key: str, document: str) -> None:
    rows.put(LabStateRow, {"key": key, "document": document})


def _json(adapter: TypeAdapter[Any], value: Any) -> str:
    return as_text(adapter.dump_python(value, mode="json"))


def _settings(rows: Rows, event: StoredEvent) -> None:
    policy: Any = event.payload["policy"]
    risk = policy.get("risk", {})
    known = {name: risk[name] for name in RiskLimits.model_fields if name in risk}
    _keep(rows, f"{TERMS}/{event.payload['fingerprint']}", as_text(known))


def _configured(rows: Rows, event: StoredEvent) -> None:
    known = _read(rows, f"{TERMS}/{event.payload['settings_fingerprint']}")
    risk = RiskLimits.model_validate_json(known or "{}").model_dump(mode="json")
    real = event.payload["broker"] != "simulated"
    _keep(rows, TERMS, as_text({**risk, **(FREE if real else {})}))


def _claimed(rows: Rows, event: StoredEvent) -> None:
    """The newest week's official run: an older week is never entered any more."""
    claim = _read(rows, CLAIM)
    week, run = str(event.payload["week_id"]), str(event.payload["run_id"])
    if claim is None or claim.split("/")[0] <= week:
        _keep(rows, CLAIM, f"{week}/{run}")


def _started(rows: Rows, event: StoredEvent) -> None:
    """A rerun begins with what its parent had come to, and says anew what it does again."""
    names = ("run_id", "parent_run_id", "week_id", "as_of")
    run_id, parent, week_id, as_of = (event.payload.get(name) for name in names)
    begun = _deliberation(rows, parent)
    if begun is None:
        begun = Deliberations.validate_python({"week_id": week_id, "as_of": as_of})
    _keep(rows, f"run/{run_id}", _json(Deliberations, begun))


def _deliberation(rows: Rows, run_id: Any) -> Deliberation | None:
    known = _read(rows, f"run/{run_id}")
    return None if known is None else Deliberations.validate_json(known)


def _value(change: Any) -> Handler:
    """A handler that puts a run's value into what it has come to."""

    def bound(rows: Rows, event: StoredEvent) -> None:
        run_id = event.payload["run_id"]
        known = _deliberation(rows, run_id)
        if known is not None:
            changed = change(known, event.payload["value"])
            _keep(rows, f"run/{run_id}", _json(Deliberations, changed))

    return bound


def _frozen(found: Deliberation, snapshot: Any) -> Deliberation:
    assets = {
        one["symbol"]: Tradable(Decimal(one["price"]), bool(one["shortable"]))
        for one in snapshot["assets"]
    }
    return replace(found, assets=assets)


def _pitched(found: Deliberation, pitches: Any) -> Deliberation:
    return replace(found, voices=voices_of(Pitches.validate_python(pitches)), chair=None)


def _reviewed(found: Deliberation, reviews: Any) -> Deliberation:
    return replace(found, voices=reviewed(found.voices, Reviews.validate_python(reviews)))


def _decided(found: Deliberation, value: Any) -> Deliberation:
    decision = ChairmanDecision.model_validate(value)
    return replace(found, chair=chair_of(decision), origin=decision.origin)


def _marked(rows: Rows, event: StoredEvent) -> None:
    """Equity first, then the borrow of the session: as the accounts' own is counted."""
    mark = UniverseMarked.model_validate(event.payload)
    terms = RiskLimits.model_validate_json(_read(rows, TERMS) or "{}")
    known = _read(rows, DESK)
    desk = LabDesk() if known is None else Desks.validate_json(known)
    week_and_run = (_read(rows, CLAIM) or "/").split("/", 1)
    newer = week_and_run[0] > (desk.week_id or "")
    found = _deliberation(rows, week_and_run[1]) if newer else None
    desk, week = marked(desk, found, mark, terms)
    if week is not None:
        _put_week(rows, week)
    _follow(rows, mark, found if week is not None else None)
    session = mark.session.isoformat()
    rows.put(LabEquityRow, *(_equity(desk, session, *one) for one in desk.books.items()))
    _keep(rows, DESK, _json(Desks, charged(desk, mark, terms)))


def _follow(rows: Rows, mark: UniverseMarked, entered: Deliberation | None) -> None:
    """What open ideas have brought by this close; those of a week just entered take their place."""
    ideas = Ideas.validate_json(_read(rows, IDEAS) or "[]")
    if entered is not None:
        ended, ideas = taken_up(ideas, entered, mark)
        rows.put(LabIdeaRow, *map(_idea, ended))
    ideas = followed(ideas, mark)
    rows.put(LabIdeaRow, *map(_idea, ideas))
    _keep(rows, IDEAS, _json(Ideas, tuple(one for one in ideas if not one.ended)))


def _idea(idea: Idea) -> dict[str, Any]:
    choice, brought = idea.choice, idea.seen_return
    return {
        "week_id": idea.week_id,
        "line": idea.line,
        "instrument": choice.instrument,
        "direction": choice.direction,
        "horizon": choice.horizon,
        "conviction": choice.conviction,
        "seen_return": None if brought is None else str(brought),
        "ended": idea.ended,
    }


def _put_week(rows: Rows, week: LabWeek) -> None:
    rows.put(
        LabWeekRow,
        {
            "week_id": week.week_id,
            "kind": week.kind,
            "picks": _json(PicksByLine, week.picks),
            "starts": _json(MoneyByLine, week.starts),
        },
    )


def _equity(desk: LabDesk, session: str, line: str, book: LabBook) -> dict[str, Any]:
    return {
        "line": line,
        "session": session,
        "week_id": desk.week_id or "",
        "equity": str(book.worth()),
        "coverage": f"{book.coverage:.6f}",
        "priced_sessions": book.priced,
        "closed_trades": book.closed,
    }


LAB = TableProjection(
    "lab",
    (LabStateRow, LabWeekRow, LabIdeaRow, LabEquityRow),
    {
        "SettingsRecorded": _settings,
        "DeskConfigured": _configured,
        "WeekClaimed": _claimed,
        "RunStarted": _started,
        "MarketSnapshotFrozen": _value(_frozen),
        "PitchesCollected": _value(_pitched),
        "PeerReviewsCollected": _value(_reviewed),
        "ChairmanDecided": _value(_decided),
        "UniverseMarked": _marked,
    },
)
