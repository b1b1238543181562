"""The operator's word on a paid research job whose id was never recorded."""

from __future__ import annotations

from core.desk.desk import Desk
from core.desk.research_jobs import abandon_job, adopt_job
from core.errors import BadInput
from core.types import WeekId


def decide_job(desk: Desk, week: WeekId, adopt: str | None, abandon: str | None) -> str:
    """Adopt ``PACK=ID`` or abandon ``PACK``; the line to say, BadInput for both or a malformed one."""
    if adopt and abandon:
        raise BadInput("give either --adopt-job PACK=ID or --abandon-job PACK, not both")
    if abandon:
        job = abandon_job(desk, week, abandon.strip())
        return f"pack {job.pack}: the job at {job.researcher} is given up; run again to go on without it"
    pack, equals, job_id = (adopt or "").partition("=")
    if not (pack.strip() and equals and job_id.strip()):
        raise BadInput(f"--adopt-job {adopt!r} is not PACK=ID: write e.g. A=v1_abc")
    job = adopt_job(desk, week, pack.strip(), job_id)
    return f"pack {job.pack}: the job at {job.researcher} is taken up; run again to wait for it"
