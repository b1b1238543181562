"""Events of model calls: exact request and raw answer of every one."""

from __future__ import annotations

from core.events.envelope import Event
from core.schemas.model_call import ModelAnswer, ModelRequest, Usage
from core.schemas.research import Citation, ResearchAnswer, ResearchRequest


class ModelCallRequested(Event):
    """Committed before the call; a paid call without its answer is visible as such."""

    request_hash: str
    request: ModelRequest


class ModelCallCompleted(Event):
    request_hash: str
    answer: ModelAnswer


class ModelCallFailed(Event):
    """The call gave no usable answer: the error's class name and its one-line message."""

    request_hash: str
    error: str
    message: str
    usage: Usage = Usage()


class ModelFellBack(Event):
    """``model`` failed (``error``, ``message``) and ``next_model`` is asked instead of it.

    ``usage`` is what the failure cost; the answer's own usage does not include it.
    """

    request_hash: str
    model: str
    next_model: str
    error: str
    message: str
    usage: Usage = Usage()


class ResearchRequested(Event):
    request_hash: str
    researcher: str
    request: ResearchRequest


class ResearchCompleted(Event):
    request_hash: str
    answer: ResearchAnswer


class ResearchFailed(Event):
    request_hash: str
    error: str
    message: str
    usage: Usage = Usage()


class ResearchJobRequested(Event):
    """Committed before a paid job is created.

    Without a `ResearchJobStarted` after it nobody knows whether the job exists: the operator says.
    """

    request_hash: str
    researcher: str
    prompt_hash: str


class ResearchJobStarted(Event):
    """The vendor's id of the job, committed before the first poll; ``adopted`` when an operator gave it."""

    request_hash: str
    researcher: str
    job_id: str
    adopted: bool = False


class ResearchJobEnded(Event):
    """How the job ended: ``completed`` with its raw report, or the vendor's word and the reason.

    ``abandoned`` is the operator's word for a job whose id was never recorded.
    """

    request_hash: str
    researcher: str
    job_id: str
    status: str
    report: str = ""
    citations: tuple[Citation, ...] = ()
    usage: Usage = Usage()
    detail: str = ""


class ResearchSteppedDown(Event):
    """``researcher`` failed and ``next_researcher`` of the chain is asked instead of it."""

    request_hash: str
    researcher: str
    next_researcher: str
    error: str
    message: str
