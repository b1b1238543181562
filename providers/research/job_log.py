"""What the log says of one pack's research job, and the three events of its life."""

from __future__ import annotations

from core.canonical import fingerprint
from core.events.calls import ResearchJobEnded, ResearchJobRequested, ResearchJobStarted
from core.schemas.research import ResearchRequest
from providers.call_log import CallLog
from providers.research.job import JobState


class JobLog:
    """One request's job in the stream ``research/{pack}/job``; every write is committed at once."""

    def __init__(self, log: CallLog, researcher: str, request: ResearchRequest) -> None:
        self._log = log
        self._researcher = researcher
        self.call = f"research/{request.pack}/job"
        self.mark = fingerprint([researcher, request])

    def ended(self) -> ResearchJobEnded | None:
        return self._log.recorded(self.call, ResearchJobEnded, self.mark)

    def started(self) -> ResearchJobStarted | None:
        return self._log.recorded(self.call, ResearchJobStarted, self.mark)

    def uncertain(self) -> bool:
        """Whether a job was asked for of which neither an id nor an end is known."""

        def count(kind: type[ResearchJobRequested | ResearchJobEnded | ResearchJobStarted]) -> int:
            return len(self._log.every(self.call, kind, self.mark))

        unstarted = sum(
            not event.job_id for event in self._log.every(self.call, ResearchJobEnded, self.mark)
        )
        return count(ResearchJobRequested) > count(ResearchJobStarted) + unstarted

    def record_request(self, prompt_hash: str) -> None:
        self._append(
            ResearchJobRequested(
                request_hash=self.mark, researcher=self._researcher, prompt_hash=prompt_hash
            )
        )

    def record_start(self, job_id: str) -> ResearchJobStarted:
        event = ResearchJobStarted(
            request_hash=self.mark, researcher=self._researcher, job_id=job_id
        )
        self._append(event)
        return event

    def record_end(self, job_id: str, state: JobState) -> ResearchJobEnded:
        event = ResearchJobEnded(
            request_hash=self.mark,
            researcher=self._researcher,
            job_id=job_id,
            status=state.status,
            report=state.report,
            citations=state.citations,
            usage=state.usage,
            detail=state.told,
        )
        self._append(event)
        return event

    def _append(self, event: ResearchJobRequested | ResearchJobStarted | ResearchJobEnded) -> None:
        self._log.append(self.call, event, self.mark)
