"""A week as one plain mapping, read from its events, and the same as Markdown for chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from core import keys
from core.context import ContextKey, PipelineContext
from core.desk.journal import finished_stages
from core.desk.opening import configured
from core.desk.runs import is_completed, the_official_run
from core.desk.writing import account_stream, week_stream
from core.events.account import CheckpointDecided, OrderFilled
from core.events.week import PostmortemTextWritten, PostmortemWritten
from core.policy import DeskPolicy
from core.ports import EventStore
from core.rules.stood_in import stood_in
from core.schemas.postmortem import Postmortem, PostmortemTold
from core.schemas.run import RunSpec
from core.types import CheckpointAction, WeekId


def week_summary(store: EventStore, policy: DeskPolicy, week_id: WeekId) -> dict[str, JsonValue]:
    """What was decided, by whom, against whom, and what came of it; BadInput for a week without a run."""
    run = the_official_run(store, week_id)
    values = _values(store, run)
    desk = configured(store)
    packs = {"A": values.get(keys.RESEARCH_PACK_A), "B": values.get(keys.RESEARCH_PACK_B)}
    return {
        "week_id": week_id,
        "desk": desk.kind if desk else None,
        "prices": desk.market_source if desk else None,
        "profile": desk.profile if desk else None,
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "completed": is_completed(store, run),
        "stages": [done.stage for done in finished_stages(store, run.stream, run)],
        "seats": len(policy.seats),
        "stood_in": list(stood_in(packs)),
        "pitches": _plain(values.get(keys.PM_PITCHES, ())),
        "abstentions": _plain(values.get(keys.PITCH_ABSTENTIONS, ())),
        "decision": _plain(values.get(keys.CHAIRMAN_DECISION)),
        "orders": _plain(values.get(keys.ORDER_INTENTS, ())),
        "fills": _fills(store, policy, week_id),
        "actions": _actions(store, policy, week_id),
        "postmortem": _plain(last_postmortem(store, week_id)),
        "told": _plain(_told(store, week_id)),
    }


def official_context(store: EventStore, week_id: WeekId) -> PipelineContext:
    """The context of the week's official run as far as it came."""
    return PipelineContext(_values(store, the_official_run(store, week_id)))


def _values(store: EventStore, run: RunSpec) -> Mapping[ContextKey[Any], Any]:
    stages = finished_stages(store, run.stream, run)
    return {key: value for done in stages for key, value in done.values.items()}


def _plain(value: Any) -> JsonValue:
    """Schemas as plain JSON."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    plain: JsonValue = value.model_dump(mode="json")
    return plain


def last_postmortem(store: EventStore, week_id: WeekId) -> Postmortem | None:
    """The final one, or the provisional one while there is no other."""
    found: Postmortem | None = None
    for row in store.read(week_stream(week_id)):
        event = store.decode(row) if row.type == PostmortemWritten.__name__ else None
        if isinstance(event, PostmortemWritten):
            found = event.postmortem
    return found


def _told(store: EventStore, week_id: WeekId) -> PostmortemTold | None:
    """What the chairman's model wrote of the week; None while it has written nothing."""
    for row in store.read(week_stream(week_id)):
        event = store.decode(row) if row.type == PostmortemTextWritten.__name__ else None
        if isinstance(event, PostmortemTextWritten):
            return event.told
    return None


def _fills(store: EventStore, policy: DeskPolicy, week_id: WeekId) -> list[JsonValue]:
    return [
        _plain(event.fill)
        for event in _of_accounts(store, policy, week_id, OrderFilled)
        if isinstance(event, OrderFilled)
    ]


def _actions(store: EventStore, policy: DeskPolicy, week_id: WeekId) -> list[JsonValue]:
    """Checkpoints that did something."""
    return [
        _plain(event.decision)
        for event in _of_accounts(store, policy, week_id, CheckpointDecided)
        if isinstance(event, CheckpointDecided)
        and event.decision.action is not CheckpointAction.STAY
    ]


def _of_accounts(
    store: EventStore, policy: DeskPolicy, week_id: WeekId, kind: type
) -> list[object]:
    return [
        store.decode(row)
        for account in policy.accounts
        for row in store.read(account_stream(account.account_id))
        if row.type == kind.__name__ and row.week_id == week_id
    ]
