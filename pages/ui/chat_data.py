"""What the chat page reads: a question with its job, and the newest questions."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries import JobLine, one_job
from storage.queries.conversations import (
    Conversation,
    ConversationLine,
    conversation,
    conversation_lines,
)
from storage.queries.usage import Use, run_use

LISTED = 30


@dataclass(frozen=True, slots=True)
class Talk:
    """A question as it stands; ``said`` is None until somebody works on it.

    ``job`` is None for one that was asked at a terminal.
    """

    said: Conversation | None
    job: JobLine | None
    use: Use

    @property
    def empty(self) -> bool:
        return self.said is None and self.job is None

    @property
    def open(self) -> bool:
        return self.job is not None and self.job.is_open

    @property
    def question(self) -> str:
        if self.said is not None:
            return self.said.question
        return str(self.job.command.get("question", "")) if self.job is not None else ""

    @property
    def stage(self) -> tuple[object, ...]:
        """What the page shows beside the progress: when it changes, the page is drawn anew."""
        said = self.said
        if said is None:
            return (self.open,)
        return (self.open, len(said.responses), len(said.rankings), said.synthesis is not None)


@kept
def talk(state: StoreState, conversation_id: str) -> Talk:
    return Talk(
        said=conversation(state.reader, conversation_id),
        job=one_job(state.reader, f"council/{conversation_id}"),
        use=run_use(state.reader, conversation_id),
    )


@kept
def history(state: StoreState) -> tuple[ConversationLine, ...]:
    """The newest questions, newest first."""
    return conversation_lines(state.reader, LISTED)
