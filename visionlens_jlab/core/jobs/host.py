"""The process that owns the datasets, as jobs see it that run in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from visionlens_jlab.core.capability import LaneName
from visionlens_jlab.core.jobs.context import FileContext, Step
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.shapes import JobParameters

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.worker_lane import WorkerLane

T = TypeVar("T")


class Host(Protocol):
    """What such a job can do beside what every job can."""

    library: Library
    settings: Mapping[str, Any]
    """What each capability was set up with, by its name; what is not there nobody set."""

    def run_job(self, request: JobParameters, waiting: str, cancelled: Callable[[], bool]) -> Job:
        """Run another job to its end, where jobs of its kind run; raises its error.

        It counts for the user of the job that waits for it, which is named.
        """
        ...

    def on_worker(
        self, lane: LaneName, work: Callable[[WorkerLane], Coroutine[Any, Any, T]]
    ) -> T | None:
        """What is done with the worker of a lane gives; None: there are no workers."""
        ...

    def tell(self, event: str, data: dict[str, object]) -> None:
        """Announce that something changed: the id of the event's schema, what it says."""
        ...


class HostContext(FileContext):
    """The context of such a job.

    Parameters
    ----------
    host : Host
    stopping : callable
        Whether the process is to end.
    """

    def __init__(
        self,
        spool: Spool,
        attempt: Path,
        params: dict[str, Any],
        committed: Collection[int],
        report: Callable[[Step], None],
        *,
        host: Host,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(spool, attempt, params, committed, report)
        self.host = host
        self._stopping = stopping

    def is_over(self) -> bool:
        """Whether the job should end now."""
        return self._files.cancelled or self._stopping()
