"""The process that owns the datasets, as jobs see it that run in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ..agents.config import AgentConfig
from ..errors import VisionLensError
from ..models import AgentRun, Encoded, EncodeRequest, Job, JobParameters
from .context import FileContext
from .progress import Step
from .queue import OVER
from .spool import Spool

if TYPE_CHECKING:
    from ..catalog.library import Library
    from ..catalog.store import DatasetStore
    from .runner import JobRunner

POLL_SECONDS = 0.2
T = TypeVar("T")


class Host(Protocol):
    """What such a job can do beside what every job can."""

    library: Library
    config: AgentConfig

    def run_job(self, request: JobParameters, cancelled: Callable[[], bool]) -> Job:
        """Run another job to its end, where jobs of its kind run; raises its error."""
        ...

    def encode(self, store: DatasetStore, request: EncodeRequest) -> Encoded:
        """A text as a query; MODEL_UNAVAILABLE, TEXT_UNSUPPORTED."""
        ...

    def tell(self, dataset: str, run: AgentRun) -> None:
        """A run of an agent has changed."""
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


class InlineHost:
    """A script's own process."""

    def __init__(self, library: Library, on_progress: Callable[[Job], None]) -> None:
        self.library = library
        self.config = AgentConfig.from_environment()
        self._on_progress = on_progress

    def run_job(self, request: JobParameters, cancelled: Callable[[], bool]) -> Job:
        """In this thread."""
        from .inline import run_job

        return run_job(self.library, request, on_progress=self._on_progress)

    def encode(self, store: DatasetStore, request: EncodeRequest) -> Encoded:
        """With the model in this process."""
        from .embed.here import encode_here

        return encode_here(store, request)

    def tell(self, dataset: str, run: AgentRun) -> None:
        """Nobody listens."""


class ServerHost:
    """A Jupyter server; called in the threads of its jobs.

    Parameters
    ----------
    library : Library
    config : AgentConfig
    runner : JobRunner
        Made on the event loop that runs.
    """

    def __init__(self, library: Library, config: AgentConfig, runner: JobRunner) -> None:
        self.library = library
        self.config = config
        self._runner = runner
        self._loop = asyncio.get_running_loop()

    def run_job(self, request: JobParameters, cancelled: Callable[[], bool]) -> Job:
        """Queued as any other; cancelled with the job that waits for it."""
        job = self._on_loop(self._runner.submit(request))
        asked = False
        while job.state not in OVER:
            if cancelled() and not asked:
                asked = True
                self._on_loop(self._runner.cancel(job.job))
            time.sleep(POLL_SECONDS)
            job = self._runner.job(job.job)
        if job.error is not None:
            raise VisionLensError.from_json(job.error.model_dump())
        if job.state == "cancelled":
            raise VisionLensError("JOB_CANCELLED", f"The {job.kind} job was cancelled.")
        return job

    def encode(self, store: DatasetStore, request: EncodeRequest) -> Encoded:
        """With the worker that has the models."""
        from .embed.queries import encode_text

        lane = self._runner.workers["gpu"]
        return self._on_loop(encode_text(lane, self.library.data_dir, store, request))

    def tell(self, dataset: str, run: AgentRun) -> None:
        """Whoever listens to the server's events."""
        self._loop.call_soon_threadsafe(self._runner.tell_agent, dataset, run)

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
