"""What happens before and after a run of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.shapes import AgentRun, AgentStep, AskRequest, Usage
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.jobs.status import now, store_of
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.evaluations import Evaluations

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue


class AgentSetup(DatasetSetup[AskRequest]):
    """The run stands in the dataset from the moment it is queued."""

    def checked(self, store: DatasetStore, request: AskRequest) -> AskRequest:
        """With an evaluation. EVALUATION_NOT_FOUND, ANALYSIS_INVALID, AGENT_NOT_FOUND."""
        if request.view is not None:
            store.view(request.view)
        if request.conversation is not None:
            store.part(AgentRuns).messages(request.conversation)
        if request.evaluation is not None:
            store.part(Evaluations).read(request.evaluation)
            return request
        known = store.part(Evaluations).all()
        if not known and request.agent != "chat":
            raise VisionLensError("ANALYSIS_INVALID", "The dataset has no evaluation.")
        return request.model_copy(update={"evaluation": known[-1].evaluation if known else None})

    def makes(self, request: AskRequest) -> object:
        """A run of its own, whatever else is asked."""
        return object()

    def before_queue(self, store: DatasetStore, job: Job, request: AskRequest) -> None:
        """Keep the run without steps."""
        store.part(AgentRuns).keep(
            AgentRun(
                run=job.job,
                job=job.job,
                agent=request.agent,
                question=request.question,
                evaluation=request.evaluation,
                model=None,
                steps=[],
                answer=None,
                usage=Usage(),
                stopped=None,
                created_at=job.created_at,
            )
        )

    def prepare(self, store: DatasetStore, request: AskRequest, spool: Spool) -> dict[str, Any]:
        """It reads the dataset itself."""
        return {}

    def conclude(self, library: Library, queue: JobQueue, job: Job) -> int | None:
        """Say of a run that was cut short how it ended."""
        version = super().conclude(library, queue, job)
        if version is not None:
            store = store_of(library, job)
            run = store.part(AgentRuns).read(job.job)
            if run.stopped is None:
                store.part(AgentRuns).keep(_cut_short(run, job))
        return version


def _cut_short(run: AgentRun, job: Job) -> AgentRun:
    if job.state == "cancelled":
        return run.model_copy(update={"stopped": "cancelled"})
    error = job.error
    step = AgentStep(
        step=len(run.steps) + 1,
        kind="error",
        text=f"{error.message} {error.hint}" if error else "The run ended without a word.",
        result={} if error is None else {"code": error.code, "hint": error.hint},
        at=now(),
    )
    return run.model_copy(update={"stopped": "failed", "steps": [*run.steps, step]})
