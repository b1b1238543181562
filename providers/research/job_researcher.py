"""A researcher over a vendor's paid background job: asked once, found again after any crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from core.errors import CallRejected, JobUncertain, ModelError
from core.events.calls import ResearchJobEnded, ResearchJobStarted
from core.ports import CallProgress, unheard
from core.prices import Price, priced
from core.rendering import PromptLibrary, Rendered
from core.schemas.model_call import CostSource, Usage
from core.schemas.research import ResearchAnswer, ResearchRequest
from providers.call_log import CallLog
from providers.research.citations import in_text
from providers.research.editor import PackEditor
from providers.research.job import COMPLETED, LOST, REFUSED, TIMED_OUT, JobState, JobVendor
from providers.research.job_log import JobLog

Reserve = Callable[[str, str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class JobPace:
    """Seconds: how long a job may take, and how often it is looked at (ever less often).

    ``deadline_s`` counts from when this process began to look; a restart begins a new one.
    """

    deadline_s: float = 3_600.0
    first_wait_s: float = 5.0
    longest_wait_s: float = 60.0
    growth: float = 1.4


def unreserved(_call: str, _model: str) -> AbstractContextManager[None]:
    """A budget that bounds nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class JobTerms:
    """How a job is paid, paced and heard.

    ``reserve(call, model)`` is held from before the creation until the job's end is in the log;
    ``price`` is used where the vendor names no cost.
    """

    pace: JobPace = field(default_factory=JobPace)
    reserve: Reserve = unreserved
    price: Price | None = None
    progress: CallProgress = unheard


class JobResearcher:
    """The Researcher port over a `JobVendor`; every step of the job is an event before the next one.

    JobUncertain where a job may exist whose id nobody recorded: it is never created again before
    an operator adopted or abandoned it. ModelError when the job gave no report or no pack came of it.
    """

    def __init__(
        self,
        vendor: JobVendor,
        log: CallLog,
        editor: PackEditor,
        prompts: PromptLibrary,
        terms: JobTerms | None = None,
    ) -> None:
        self._vendor = vendor
        self._log = log
        self._editor = editor
        self._prompts = prompts
        self._terms = terms or JobTerms()

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        ended = await self._ended(JobLog(self._log, self._vendor.name, request), request)
        if ended.status != COMPLETED:
            raise ModelError(_why(self._vendor.name, ended), usage=ended.usage)
        if not ended.report.strip():
            raise ModelError(f"{self._vendor.name} completed its job without a report")
        findings, edited = await self._editor.edit(request, ended.report)
        return ResearchAnswer(
            source=self._vendor.name,
            findings=findings,
            citations=ended.citations or in_text(ended.report),
            report=ended.report,
            usage=_total(ended.usage, edited),
        )

    async def _ended(self, job: JobLog, request: ResearchRequest) -> ResearchJobEnded:
        """The job's end: from the log, by polling the job it names, or of a job created now."""
        if job.uncertain():
            raise self._uncertain(request, "the run ended before the vendor's id was recorded")
        ended, started = job.ended(), job.started()
        if started is not None and (ended is None or ended.job_id != started.job_id):
            return await self._followed(job, started)
        if ended is not None and ended.status != REFUSED:
            return ended
        with self._terms.reserve(job.call, self._vendor.name):
            made = await self._shielded(self._created(job, request))
            return made if isinstance(made, ResearchJobEnded) else await self._followed(job, made)

    async def _shielded(
        self, creating: Coroutine[Any, Any, ResearchJobStarted | ResearchJobEnded]
    ) -> ResearchJobStarted | ResearchJobEnded:
        """A creation under way is waited for even when the run is stopped: its id is worth money."""
        task = asyncio.ensure_future(creating)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            with suppress(asyncio.CancelledError):
                task.exception()  # the stop is what is told
            raise

    async def _created(
        self, job: JobLog, request: ResearchRequest
    ) -> ResearchJobStarted | ResearchJobEnded:
        prompt = self._prompt(request)
        job.record_request(prompt.hash)
        self._terms.progress(job.call, self._vendor.name, "asking")
        try:
            job_id = await self._vendor.create(prompt.text, request)
        except JobUncertain as error:
            reason = str(error)
        except ModelError as error:
            usage = error.usage or Usage()
            refused = JobState(status=REFUSED, running=False, usage=usage, told=str(error))
            return job.record_end("", refused)
        else:
            return job.record_start(job_id)
        raise self._uncertain(request, reason)

    async def _followed(self, job: JobLog, started: ResearchJobStarted) -> ResearchJobEnded:
        """Polls until the job ends or its deadline is over; a restart begins a new deadline."""
        state = await self._last_state(job, started.job_id)
        usage = priced(state.usage, self._terms.price)
        return job.record_end(started.job_id, replace(state, usage=usage))

    async def _last_state(self, job: JobLog, job_id: str) -> JobState:
        pace, loop = self._terms.pace, asyncio.get_running_loop()
        begun, wait, last = loop.time(), pace.first_wait_s, ""
        while (passed := loop.time() - begun) < pace.deadline_s:
            self._terms.progress(job.call, self._vendor.name, f"searching, {passed / 60:.0f} min")
            try:
                async with asyncio.timeout(pace.deadline_s - passed):
                    state = await self._vendor.poll(job_id)
            except CallRejected as error:
                return JobState(status=LOST, running=False, told=str(error))
            except (ModelError, TimeoutError) as error:
                last = f"; the last look failed: {error}" if str(error) else ""
            else:
                if not state.running:
                    return state
                last = ""
            await asyncio.sleep(min(wait, max(0.0, pace.deadline_s - (loop.time() - begun))))
            wait = min(wait * pace.growth, pace.longest_wait_s)
        with suppress(ModelError):  # it is given up whether or not the vendor hears it
            await self._vendor.cancel(job_id)
        told = f"not finished after {pace.deadline_s / 60:g} min, cancelled{last}"
        return JobState(status=TIMED_OUT, running=False, told=told)

    def _prompt(self, request: ResearchRequest) -> Rendered:
        return self._prompts.render("research_job", brief=request)

    def _uncertain(self, request: ResearchRequest, reason: str) -> JobUncertain:
        return JobUncertain(
            f"a paid research job for pack {request.pack} of week {request.week_id} may exist at "
            f"{self._vendor.name} ({reason}): look at the vendor's console, then "
            f"`cli.py research --adopt-job {request.pack}=ID` or `--abandon-job {request.pack}`, and "
            "run again"
        )


def _why(name: str, ended: ResearchJobEnded) -> str:
    detail = f": {ended.detail}" if ended.detail else ""
    return f"{name} research job {ended.status.replace('_', ' ')}{detail}"


def _total(job: Usage, editing: Usage) -> Usage:
    """Both together; the cost's source is the weaker of theirs."""
    sources = {job.cost_source, editing.cost_source}
    ranking = (CostSource.NONE, CostSource.PRICE_TABLE, CostSource.PROVIDER)
    return Usage(
        prompt_tokens=job.prompt_tokens + editing.prompt_tokens,
        completion_tokens=job.completion_tokens + editing.completion_tokens,
        reasoning_tokens=job.reasoning_tokens + editing.reasoning_tokens,
        cached_tokens=job.cached_tokens + editing.cached_tokens,
        cost_usd=f"{Decimal(job.cost_usd) + Decimal(editing.cost_usd):f}",
        cost_source=min(sources, key=ranking.index),
    )
