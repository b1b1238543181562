"""An answer from the log for a terminal: the words, who gave them, and the events cited."""

from __future__ import annotations

from config.terminal import show
from core.clock import in_new_york
from core.rendering import visible
from core.schemas.question import Finding, LogAnswer

SAID = 200


def answer(conversation_id: str, said: LogAnswer, *, as_json: bool) -> None:
    """The answer, then a row an event; control signs of outside text never reach the terminal."""
    if as_json:
        shown = said.model_dump(mode="json")
        show.as_json({"conversation_id": conversation_id, **shown})
        return
    show.line(visible(said.text))
    show.line("")
    why = f" (instead of a model: {visible(said.fell_back)})" if said.fell_back else ""
    looks = "1 look" if len(said.looks) == 1 else f"{len(said.looks)} looks"
    show.line(f"answered by {said.by}{why}, {looks} into the log, conversation {conversation_id}")
    for one in said.cites:
        show.line(_cited(one))


def _cited(one: Finding) -> str:
    says = visible(" ".join(one.says.split()))
    cut = says if len(says) <= SAID else f"{says[: SAID - 1]}…"
    return f"{one.event_id}  {in_new_york(one.at):%Y-%m-%d %H:%M}  {one.type}\n    {cut}"
