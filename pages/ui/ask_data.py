"""What the page of questions over the log reads: one with its job, and the newest ones."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries import JobLine, one_job
from storage.queries.log_questions import (
    LogQuestion,
    LogQuestionLine,
    log_question,
    log_question_lines,
)
from storage.queries.usage import Use, run_use

LISTED = 20


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as it stands; ``said`` is None until somebody works on it.

    ``job`` is None for one that was asked at a terminal.
    """

    said: LogQuestion | None
    job: JobLine | None
    use: Use

    @property
    def empty(self) -> bool:
        return self.said is None and self.job is None

    @property
    def open(self) -> bool:
        return self.job is not None and self.job.is_open

    @property
    def answered(self) -> bool:
        return self.said is not None and self.said.answer is not None

    @property
    def question(self) -> str:
        if self.said is not None:
            return self.said.question
        return str(self.job.command.get("question", "")) if self.job is not None else ""


@kept
def inquiry(state: StoreState, conversation_id: str) -> Inquiry:
    return Inquiry(
        said=log_question(state.reader, conversation_id),
        job=one_job(state.reader, f"ask/{conversation_id}"),
        use=run_use(state.reader, conversation_id),
    )


@kept
def history(state: StoreState) -> tuple[LogQuestionLine, ...]:
    """The newest questions, newest first."""
    return log_question_lines(state.reader, LISTED)
