"""A job in this process, for a script without a server: the same code, the same pieces."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.capability import LaneName
from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.context import (
    FileContext,
    Meter,
    Outcome,
    Step,
    outcome_of,
    unexpected,
)
from visionlens_jlab.core.jobs.host import HostContext
from visionlens_jlab.core.jobs.kinds import code_of, following, lane_of, setup_of
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.retirement import clear_leftovers, retire
from visionlens_jlab.core.jobs.shapes import Job, kind_of
from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library

POLL_SECONDS = 0.05
BEAT_SECONDS = 5.0

_log = logging.getLogger(__name__)


def run_inline(
    library: Library,
    request: JobParameters,
    *,
    on_progress: Callable[[Job], None],
    table: pa.Table | None = None,
) -> DatasetStore:
    """As `run_job`; the dataset it worked on."""
    job = run_job(library, request, on_progress=on_progress, table=table)
    return library.open(status.dataset_of(job))


def run_job(
    library: Library,
    request: JobParameters,
    *,
    on_progress: Callable[[Job], None],
    table: pa.Table | None = None,
) -> Job:
    """Run a job, and those that follow it, to the end.

    The job stands in the queue meanwhile: if this process is killed, the next Jupyter server
    on the data directory completes it.

    Parameters
    ----------
    library : Library
    request : JobParameters
        Absolute paths; an ingest's `source` is only a label when there is a table.
    on_progress : callable
        Takes the job with stage, rate and remaining time; called in this thread.
    table : pa.Table, optional
        The rows of a DataFrame.

    Raises
    ------
    VisionLensError
        What the job raises, and what its kind's `create` does.
    KeyboardInterrupt
        After the job was cancelled; what was committed stays.
    """
    queue = JobQueue(library.state, Owner.of_process())
    clear_leftovers(library, queue.owner)
    job = setup_of(kind_of(request)).create(library, queue, request, table)
    return _carry_out(library, queue, job, on_progress)


def _carry_out(
    library: Library, queue: JobQueue, job: Job, on_progress: Callable[[Job], None]
) -> Job:
    """Run a queued job and those that follow it."""
    interrupted = False
    outcome = Outcome("cancelled")
    try:
        job = status.started(job, 1)
        queue.save(job)
        outcome = _run(library, queue, job, on_progress)
    except KeyboardInterrupt:
        interrupted = True
    except VisionLensError as error:
        outcome = Outcome.of(error)
    except Exception as error:
        outcome = unexpected(error, "The job met an error it did not expect.")
    job, following = _conclude(library, queue, job, outcome)
    if interrupted:
        raise KeyboardInterrupt
    if job.error is not None:
        if outcome.trace:
            _log.info("%s", outcome.trace)  # for who asks for it; others get the error
        raise VisionLensError.from_json(job.error.model_dump())
    if job.state == "cancelled":  # by somebody else
        reason = outcome.reason or f"The {job.kind} job was cancelled."
        raise VisionLensError("JOB_CANCELLED", reason)
    while following:
        try:
            _carry_out(library, queue, following.pop(0), on_progress)
        except BaseException as error:
            if isinstance(error, VisionLensError) and error.code == "PLUGIN_FAILED":
                _log.warning("%s", error)  # its own failure: what it followed is done
                continue
            for left in following:
                retire(library, left, "The job before it did not come to its end.")
            raise
    return job


def _conclude(
    library: Library, queue: JobQueue, job: Job, outcome: Outcome
) -> tuple[Job, list[Job]]:
    """Set dataset and queue to how a job ended; the job, and those that follow it, queued."""
    setup, ended = setup_of(job.kind), status.ended(job, outcome)
    queued: list[Job] = []
    done = ended.state == "done"
    with nullcontext() if done else suppress(VisionLensError):  # the first error counts
        if done:
            queue.save(job.model_copy(update={"result": ended.result}))
        setup.conclude(library, queue, ended)
    try:
        for name, request in status.named_followers(job, following(ended, {}) if done else ()):
            create = setup_of(kind_of(request)).create
            queued.append(create(library, queue, request, None, name))
    finally:
        with nullcontext() if done else suppress(VisionLensError):
            queue.save(ended)
    return ended, queued


def _run(
    library: Library,
    queue: JobQueue,
    job: Job,
    on_progress: Callable[[Job], None],
) -> Outcome:
    """Run the code in this thread, the sink in another."""
    params = setup_of(job.kind).begin(library, queue, job)
    if params is None:
        return Outcome("done")
    spool = Spool.of(library.data_dir, job.job)
    attempt = spool.attempt(1)
    attempt.mkdir(mode=0o700)
    sink = Sink(library, job, attempt, lambda _: None)
    meter = Meter()

    def report(step: Step) -> None:
        on_progress(status.advanced(job, meter, step))

    context: FileContext = (
        HostContext(
            spool,
            attempt,
            params,
            sink.committed,
            report,
            host=InlineHost(library, on_progress),
        )
        if lane_of(job.kind) == "agent"
        else FileContext(spool, attempt, params, sink.committed, report)
    )
    commits = Commits(sink, spool, queue.beat)
    commits.start()
    try:
        outcome = outcome_of(lambda: code_of(job.kind)(context), lambda: spool.cancelled)
    finally:
        commits.finish()
    if commits.failure is not None:
        return commits.failure
    if outcome.state == "done":
        sink.check_complete()
    return replace(outcome, step=context.step)


class InlineHost:
    """A script's own process."""

    settings: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, library: Library, on_progress: Callable[[Job], None]) -> None:
        self.library = library
        self._on_progress = on_progress

    def run_job(self, request: JobParameters, waiting: str, cancelled: Callable[[], bool]) -> Job:
        """In this thread."""
        return run_job(self.library, request, on_progress=self._on_progress)

    def on_worker(self, lane: LaneName, work: Callable[..., object]) -> None:
        """There are none."""

    def tell(self, event: str, data: dict[str, object]) -> None:
        """Nobody listens."""


class Commits(threading.Thread):
    """Commits pieces until there are no more; a failure stops the job.

    Parameters
    ----------
    sink : Sink
    spool : Spool
    beat : callable
        Says now and then that this process lives.
    """

    def __init__(self, sink: Sink, spool: Spool, beat: Callable[[], None]) -> None:
        super().__init__(name="visionlens-sink", daemon=True)
        self._sink = sink
        self._spool = spool
        self._beat = beat
        self._over = threading.Event()
        self.failure: Outcome | None = None

    def run(self) -> None:
        try:
            self._commit()
        except VisionLensError as error:
            self.failure = Outcome.of(error)
        except Exception as error:
            self.failure = unexpected(error, "What the job brought could not be stored.")
        if self.failure:
            self._spool.cancel()

    def finish(self) -> None:
        """Commit what is there and end."""
        self._over.set()
        self.join()

    def _commit(self) -> None:
        beaten = time.monotonic()
        while True:
            last_look = self._over.is_set()
            if time.monotonic() - beaten > BEAT_SECONDS:
                self._beat()
                beaten = time.monotonic()
            if self._sink.commit_next():
                continue
            if last_look:
                return
            self._over.wait(POLL_SECONDS)
