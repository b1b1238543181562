"""What was asked and answered in a run: its calls, and the exact words of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orjson import OPT_INDENT_2, OPT_SORT_KEYS, dumps, loads
from sqlalchemy import select

from core.types import RunId
from storage.projections.calls import CallRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

CALLS, EVENTS = table_of(CallRow), table_of(EventRow)
ASKED = ("ModelCallRequested", "ResearchRequested")
ANSWERED = ("ModelCallCompleted", "ResearchCompleted")
FAILED = ("ModelCallFailed", "ResearchFailed")


@dataclass(frozen=True, slots=True)
class CallTexts:
    """The last attempt at a call: the prompt as it was sent, and the raw answer; "" for neither.

    ``event_id`` is that of the request, ``attempts`` how often it was asked, ``served`` who answered.
    """

    model: str
    served: str
    attempts: int
    prompt: str
    answer: str
    failed: str
    event_id: str


def run_calls(reader: StoreReader, run_id: RunId) -> tuple[str, ...]:
    """Names of the calls a run made itself (``pitch/acct_1``), in the order of the log."""
    asked = select(CALLS.c.call).where(CALLS.c.run_id == run_id).order_by(CALLS.c.position)
    return tuple(dict.fromkeys(row["call"] for row in reader.rows(asked)))


def call_texts(reader: StoreReader, run_id: RunId, call: str) -> CallTexts | None:
    """None where that run never made the call."""
    columns = (EVENTS.c.type, EVENTS.c.payload, EVENTS.c.event_id)
    stream = select(*columns).where(EVENTS.c.stream_id == f"run/{run_id}/{call}")
    wanted = stream.where(EVENTS.c.type.in_((*ASKED, *ANSWERED, *FAILED)))
    rows = [
        (row["type"], loads(row["payload"]), row["event_id"])
        for row in reader.rows(wanted.order_by(EVENTS.c.version))
    ]
    asked = [number for number, (kind, _, _) in enumerate(rows) if kind in ASKED]
    if not asked:
        return None
    (_, request, event_id), rest = rows[asked[-1]], rows[asked[-1] + 1 :]
    answer: dict[str, Any] = next(
        (said["answer"] for kind, said, _ in rest if kind in ANSWERED), {}
    )
    failed = next((said for kind, said, _ in rest if kind in FAILED), None)
    return CallTexts(
        model=request["request"].get("model") or request.get("researcher", ""),
        served=answer.get("served_model") or answer.get("source") or "",
        attempts=len(asked),
        prompt=_prompt(request["request"]),
        answer=_answer(answer),
        failed="" if failed is None else f"{failed['error']}: {failed['message']}",
        event_id=event_id,
    )


def _prompt(request: dict[str, Any]) -> str:
    """Every message under its role; a researcher that has no prompt was asked with plain fields."""
    messages: Sequence[dict[str, str]] = request.get("messages", ())
    if len(messages) == 1:
        return messages[0]["content"]
    if messages:
        return "\n\n".join(f"[{one['role']}]\n{one['content']}" for one in messages)
    return _plain(request)


def _answer(answer: dict[str, Any]) -> str:
    if not answer:
        return ""
    return answer["text"] if "text" in answer else answer.get("report") or _plain(answer)


def _plain(document: dict[str, Any]) -> str:
    return dumps(document, option=OPT_INDENT_2 | OPT_SORT_KEYS).decode()
