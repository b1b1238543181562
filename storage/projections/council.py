"""The council of a run: every context value that people look at, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.events.envelope import StoredEvent
from core.schemas.research import PackStatus, ResearchOutcome
from core.schemas.review import SCORE_NAMES
from storage.projections.council_tables import (
    AbstentionRow,
    DecisionRow,
    PitchRow,
    ResearchPackRow,
    ReviewRow,
    RiskRow,
    SnapshotAssetRow,
    SnapshotRow,
)
from storage.projections.writing import Handler, Rows, TableProjection, as_text


def _value(event: StoredEvent) -> Any:
    return event.payload["value"]


def _copied(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names}


def _pack(letter: str) -> Handler:
    def received(rows: Rows, event: StoredEvent) -> None:
        value = _value(event)
        rows.put(
            ResearchPackRow,
            {
                "run_id": event.payload["run_id"],
                "pack": letter,
                "source": value["source"],
                "status": _status(value),
                "document": as_text(value),
            },
        )

    return received


def _status(outcome: dict[str, Any]) -> PackStatus:
    if outcome["pack"] is None:
        return PackStatus.MISSING
    return ResearchOutcome.model_validate(outcome).status


def _snapshot(rows: Rows, event: StoredEvent) -> None:
    value, run_id = _value(event), event.payload["run_id"]
    rows.put(
        SnapshotRow,
        {
            "run_id": run_id,
            **_copied(value, "as_of", "source", "feed", "adjusted"),
            "absent": as_text(value["absent"]),
        },
    )
    rows.put(
        SnapshotAssetRow,
        *(_asset(run_id, place, asset) for place, asset in enumerate(value["assets"])),
    )


def _asset(run_id: Any, place: int, asset: dict[str, Any]) -> dict[str, Any]:
    names = ("symbol", "asset_class", "sector", "shortable", "price", "price_kind", "session")
    return {
        "run_id": run_id,
        "place": place,
        **_copied(asset, *names),
        "indicators": as_text(asset["indicators"]),
        "defects": as_text(asset["defects"]),
    }


def _pitches(rows: Rows, event: StoredEvent) -> None:
    names = ("account_id", "idea_id", "model", "instrument", "direction", "horizon", "conviction")
    rows.put(PitchRow, *_documents(event, _value(event), names))


def _abstentions(stage: str) -> Handler:
    def recorded(rows: Rows, event: StoredEvent) -> None:
        rows.put(
            AbstentionRow,
            *(
                {"run_id": event.payload["run_id"], "stage": stage, **abstention}
                for abstention in _value(event)
            ),
        )

    return recorded


def _reviews(rows: Rows, event: StoredEvent) -> None:
    names = ("reviewer_account_id", "pitch_account_id", "position")
    rows.put(
        ReviewRow,
        *(
            {**row, **_copied(review["scores"], *SCORE_NAMES)}
            for row, review in zip(
                _documents(event, _value(event), names), _value(event), strict=True
            )
        ),
    )


def _decision(rows: Rows, event: StoredEvent) -> None:
    value = _value(event)
    names = ("decision_id", "chairman_model", "origin", "conviction")
    (row,) = _documents(event, [value], names)
    trade = _copied(value["selected_trade"], "instrument", "direction", "horizon")
    rows.put(DecisionRow, {**row, **trade, "dissents": len(value["dissent_summary"])})


def _risk(rows: Rows, event: StoredEvent) -> None:
    """Of a week: a trading cycle's assessment has signals and no account."""
    names = ("account_id", "instrument", "direction", "conviction", "asked_weight", "weight")
    rows.put(
        RiskRow,
        *(
            {
                "run_id": event.payload["run_id"],
                **_copied(account, *names),
                "hits": as_text(account["hits"]),
            }
            for account in _value(event).get("accounts", ())
        ),
    )


def _documents(
    event: StoredEvent, values: Iterable[dict[str, Any]], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Rows of these columns, each with its whole value beside them."""
    return [
        {
            "run_id": event.payload["run_id"],
            **_copied(value, *names),
            "document": as_text(value),
        }
        for value in values
    ]


COUNCIL = TableProjection(
    "council",
    (
        ResearchPackRow,
        SnapshotRow,
        SnapshotAssetRow,
        PitchRow,
        AbstentionRow,
        ReviewRow,
        DecisionRow,
        RiskRow,
    ),
    {
        "ResearchPackAReceived": _pack("A"),
        "ResearchPackBReceived": _pack("B"),
        "MarketSnapshotFrozen": _snapshot,
        "PitchesCollected": _pitches,
        "PitchAbstentionsRecorded": _abstentions("pitch"),
        "PeerReviewsCollected": _reviews,
        "ReviewAbstentionsRecorded": _abstentions("peer_review"),
        "ChairmanDecided": _decision,
        "RiskAssessed": _risk,
    },
)
