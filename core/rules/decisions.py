"""Decisions around the chairman's answer: what it must satisfy, its names put back, and FLAT ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.rules.quorum import trade_fault
from core.schemas.decision import (
    ChairmanAnswer,
    ChairmanDecision,
    DecisionOrigin,
    Dissent,
    MonitoringPlan,
    SelectedTrade,
)
from core.schemas.pitch import Pitch
from core.schemas.run import RunSpec
from core.types import Direction, Horizon, deterministic_id

NOBODY = "nobody"
"""Stands for the chairman's model in a decision that no model spoke."""
MAX_RATIONALE = 4_000


def check_answer(
    answer: ChairmanAnswer, pitches: Sequence[Pitch], names: Mapping[str, str]
) -> None:
    """ValueError when the trade was not pitched or a dissent belongs to nobody at the table."""
    faults = [trade_fault(answer.selected_trade, pitches)]
    faults += [
        f"dissent_summary.model {dissent.model!r} is no label: use one of {', '.join(names)}"
        for dissent in answer.dissent_summary
        if resolved(dissent.model, names) is None
    ]
    found = [fault for fault in faults if fault]
    if found:
        raise ValueError("; ".join(found))


def decided(
    answer: ChairmanAnswer,
    origin: DecisionOrigin,
    chairman_model: str,
    run: RunSpec,
    backing: Pitch | None,
) -> ChairmanDecision:
    """The answer as it is kept, its labels as written; `with_names` puts the names back."""
    return ChairmanDecision(
        **{name: getattr(answer, name) for name in ChairmanAnswer.model_fields},
        decision_id=str(deterministic_id("decision", run.run_id)),
        week_id=run.week_id,
        chairman_model=chairman_model,
        origin=origin,
        backed_by=backing.idea_id if backing else None,
        timestamp=run.as_of,
    )


def with_names(answer: ChairmanAnswer, names: Mapping[str, str]) -> ChairmanAnswer:
    """The same answer, each dissenter's label replaced by the name people read."""
    dissent = tuple(
        Dissent(
            model=resolved(one.model, names) or one.model, position=one.position, reason=one.reason
        )
        for one in answer.dissent_summary
    )
    return answer.model_copy(update={"dissent_summary": dissent})


def resolved(label: str, names: Mapping[str, str]) -> str | None:
    """The name behind a label, however it was capitalised; None when it is nobody's."""
    wanted = " ".join(label.split()).casefold()
    return next((name for known, name in names.items() if known.casefold() == wanted), None)


def flat_decision(run: RunSpec, origin: DecisionOrigin, reason: str) -> ChairmanDecision:
    """No trade this week, because nobody decided; the rationale says why."""
    answer = ChairmanAnswer(
        selected_trade=SelectedTrade(
            instrument=None, direction=Direction.FLAT, horizon=Horizon.WEEK
        ),
        conviction=0.0,
        rationale=" ".join(reason.split())[:MAX_RATIONALE],
        dissent_summary=(),
        monitoring_plan=MonitoringPlan(checkpoints=(), key_indicators=(), watch_conditions=()),
    )
    return decided(answer, origin, NOBODY, run, None)
