"""The kinds of jobs: in which lane each runs, its code, and what happens around it.

The worker imports a kind's code only, the process that owns the datasets its setup only.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from .context import JobContext

if TYPE_CHECKING:
    import pyarrow as pa

    from ..catalog.library import Library
    from ..models import Job, JobParameters
    from .queue import JobQueue

LaneName = Literal["cpu", "gpu", "agent"]


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

    def follow(self, job: Job) -> list[JobParameters]:
        """The jobs to queue when this one is done."""
        ...

    def mend(self, library: Library, queue: JobQueue) -> None:
        """Set right what jobs of processes that are gone have left."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes
    ----------
    lane : str
        Each lane runs one job at a time.
    code : str
        Module with `run(context)`; what it returns is the job's `result`.
    setup : str
        `module:class` of a Setup.
    creates : bool
        Whether it may make its dataset.
    """

    lane: LaneName
    code: str
    setup: str
    creates: bool = False


KINDS: dict[str, Kind] = {
    "ingest": Kind("cpu", "ingest.job", "ingest.setup:IngestSetup", creates=True),
    "embed": Kind("gpu", "embed.job", "embed.setup:EmbedSetup"),
    "project": Kind("cpu", "project.job", "project.setup:ProjectSetup"),
    "duplicates": Kind("cpu", "duplicates.job", "duplicates.setup:DuplicatesSetup"),
    "predictions": Kind("cpu", "predictions.job", "predictions.setup:PredictionsSetup"),
    "evaluate": Kind("cpu", "evaluate.job", "evaluate.setup:EvaluateSetup"),
    "intervals": Kind("cpu", "evaluate.intervals", "evaluate.setup:IntervalsSetup"),
    "label_quality": Kind("cpu", "evaluate.label_quality", "evaluate.setup:LabelQualitySetup"),
    "export": Kind("cpu", "export.job", "export.setup:ExportSetup"),
    "analyse": Kind("cpu", "analyse.job", "analyse.setup:AnalyseSetup"),
    "recheck": Kind("cpu", "analyse.recheck", "analyse.setup:RecheckSetup"),
    "attributes": Kind("gpu", "attributes.job", "attributes.setup:AttributesSetup"),
    "agent": Kind("agent", "agent.job", "agent.setup:AgentSetup"),
}


def lane_of(kind: str) -> LaneName:
    """The lane that runs a kind; one of a newer version fails in the first."""
    return KINDS[kind].lane if kind in KINDS else "cpu"


def code_of(kind: str) -> Callable[[JobContext], dict[str, Any] | None]:
    """The `run(context)` of a kind; imported now, since it may load much."""
    return cast(Callable[[JobContext], dict[str, Any] | None], _module(KINDS[kind].code).run)


def setup_of(kind: str) -> Setup:
    """What happens around a kind."""
    module, _, name = KINDS[kind].setup.partition(":")
    return cast(Setup, getattr(_module(module), name)())


def _module(name: str) -> Any:
    return importlib.import_module(f"visionlens_jlab.jobs.{name}")
