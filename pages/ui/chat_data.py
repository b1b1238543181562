"""What the chat page reads: a question with its job, and the newest questions."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from pages.ui.question_data import Inquiry, PastQuestion
from storage.queries import one_job
from storage.queries.conversations import (
    Conversation,
    ConversationLine,
    conversation,
    conversation_lines,
)
from storage.queries.usage import run_use

LISTED = 30


@dataclass(frozen=True, slots=True)
class Talk(Inquiry[Conversation]):
    """A question to the council: answers, rankings, then a chairman's conclusion."""

    @property
    def answered(self) -> bool:
        return self.said is not None and self.said.synthesis is not None

    @property
    def stage(self) -> tuple[object, ...]:
        if self.said is None:
            return (self.under_way,)
        return (
            self.under_way,
            len(self.said.responses),
            len(self.said.rankings),
            self.answered,
        )


@kept
def talk(state: StoreState, conversation_id: str) -> Talk:
    return Talk(
        said=conversation(state.reader, conversation_id),
        job=one_job(state.reader, f"council/{conversation_id}"),
        use=run_use(state.reader, conversation_id),
    )


@kept
def history(state: StoreState) -> tuple[PastQuestion, ...]:
    """The newest questions, newest first."""
    return tuple(
        PastQuestion(line.conversation_id, line.question, line.asked_at, _state(line))
        for line in conversation_lines(state.reader, LISTED)
    )


def _state(line: ConversationLine) -> str:
    if line.concluded:
        return ""
    return "failed" if line.failed else "not concluded"
