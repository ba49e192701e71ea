"""The kinds of jobs: in which lane each runs, its code, and what happens around it.

The worker imports a kind's code only, the process that owns the datasets its setup only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from visionlens_jlab.core.capability import LaneName, resolve
from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.core.registry import capabilities, job_kinds

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue
    from visionlens_jlab.core.jobs.shapes import Job
    from visionlens_jlab.core.shapes import JobParameters


class Setup(Protocol):
    """What happens to a dataset before and after a job; called in threads."""

    def create(
        self,
        library: Library,
        queue: JobQueue,
        request: Any,
        rows: pa.Table | None,
        name: str | None = None,
    ) -> Job:
        """Check the parameters and queue the job, under a name where one is given.

        Raises VisionLensError.
        """
        ...

    def begin(self, library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
        """Prepare the dataset; the worker's params, the same for every attempt.

        None: an earlier server was stopped after the last piece, and nothing is left to do.
        """
        ...

    def rest(self, library: Library, job: Job) -> None:
        """Remove what no further attempt at the job reads."""
        ...

    def discard(self, library: Library, job: Job) -> None:
        """Remove what the job's attempts left, outside of the dataset."""
        ...

    def conclude(self, library: Library, queue: JobQueue, job: Job) -> int | None:
        """Leave the dataset in the right state, remove the job's pieces.

        Returns the dataset's version; None when the job deleted it. JOB_CANCELLED when it was gone
        before, and another one may have its name.
        """
        ...

    def mend(self, library: Library, queue: JobQueue) -> None:
        """Set right what jobs of processes that are gone have left."""
        ...


def lane_of(kind: str) -> LaneName:
    """The lane that runs a kind; one of a newer version fails in the first."""
    known = job_kinds().get(kind)
    return known.lane if known else "cpu"


def code_of(kind: str) -> Callable[[JobContext], dict[str, Any] | None]:
    """The code of a kind; imported now, since it may load much."""
    return cast(Callable[[JobContext], dict[str, Any] | None], resolve(job_kinds()[kind].run))


def setup_of(kind: str) -> Setup:
    """What happens around a kind."""
    return cast(Setup, resolve(job_kinds()[kind].setup)())


def following(job: Job, settings: Mapping[str, Any]) -> list[JobParameters]:
    """What jobs to queue when one is done, as the capabilities want; those of the last one first.

    So findings are checked, which is soon done, before the intervals of their evaluation.
    """
    return [
        request
        for capability in reversed(capabilities())
        if capability.follow
        for request in resolve(capability.follow)(job, settings)
    ]
