"""What the page of questions over the log reads: one with its job, and the newest ones."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from pages.ui.question_data import Inquiry, PastQuestion
from storage.queries import one_job
from storage.queries.log_questions import LogQuestion, log_question, log_question_lines
from storage.queries.usage import run_use

LISTED = 20


@dataclass(frozen=True, slots=True)
class LogInquiry(Inquiry[LogQuestion]):
    """A question over the log: one answer, with the events it rests on."""

    @property
    def answered(self) -> bool:
        return self.said is not None and self.said.answer is not None


@kept
def inquiry(state: StoreState, conversation_id: str) -> LogInquiry:
    return LogInquiry(
        said=log_question(state.reader, conversation_id),
        job=one_job(state.reader, f"ask/{conversation_id}"),
        use=run_use(state.reader, conversation_id),
    )


@kept
def history(state: StoreState) -> tuple[PastQuestion, ...]:
    """The newest questions, newest first."""
    return tuple(
        PastQuestion(
            line.conversation_id,
            line.question,
            line.asked_at,
            "" if line.answered else "not answered",
        )
        for line in log_question_lines(state.reader, LISTED)
    )
