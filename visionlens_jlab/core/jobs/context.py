"""What a job's code works with, wherever it runs; its progress, and how it ended."""

from __future__ import annotations

import json
import math
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from visionlens_jlab.core.jobs.spool import Spool, write_json, write_piece
from visionlens_jlab.core.shapes import ErrorBody
from visionlens_jlab.errors import VisionLensError, of_system

if TYPE_CHECKING:
    import pyarrow as pa


SMOOTHING_SECONDS = 4.0
LEAST_SECONDS = 1e-6
"""No clock tells shorter times; items over nearly nothing would be a rate without end."""


@dataclass(frozen=True)
class Step:
    """What a worker says of itself; `total` None: not known yet."""

    stage: str
    done: int
    total: int | None
    message: str | None = None


class Meter:
    """Smoothed rate of the present stage, in items per second.

    Recent seconds count more than earlier ones: the weight of an observation falls to 1/e in
    `SMOOTHING_SECONDS`. A new stage starts afresh, since its items are other items.
    """

    def __init__(self) -> None:
        self.step: Step | None = None
        self.rate: float | None = None
        self._done = 0
        self._time = 0.0

    @property
    def eta_seconds(self) -> float | None:
        """Seconds until the stage ends; None while there is no rate or no total."""
        if self.step is None or self.step.total is None or not self.rate:
            return None
        return max(self.step.total - self.step.done, 0) / self.rate

    def update(self, step: Step, now: float) -> None:
        """Take a step observed at `now` (seconds on any steady clock)."""
        before, self.step = self.step, step
        if before is None or before.stage != step.stage or step.done < self._done:
            self.rate, self._done, self._time = None, step.done, now
            return
        elapsed, items = now - self._time, step.done - self._done
        if elapsed < LEAST_SECONDS or items == 0:
            return  # the next step covers this time as well
        weight = 1 - math.exp(-elapsed / SMOOTHING_SECONDS)
        observed = items / elapsed
        self.rate = observed if self.rate is None else self.rate + weight * (observed - self.rate)
        self._done, self._time = step.done, now


REPORT_SECONDS = 0.1
READABLE = "readable"
"""Param of jobs that read images: the folders and addresses where these may lie."""


class JobCancelled(Exception):  # noqa: N818  it is not an error
    """Somebody asked the job to stop."""


class JobContext(Protocol):
    """A job's input and what it can do; `spool` is the job's own folder."""

    job: str
    params: dict[str, Any]
    spool: Path

    def committed(self, sequence: int) -> bool:
        """Whether an earlier attempt handed over this piece."""
        ...

    def emit(
        self,
        sequence: int,
        tables: dict[str, pa.Table],
        files: dict[str, Path] | None = None,
        summary: dict[str, Any] | None = None,
    ) -> None:
        """Hand over a piece; its files are moved. Sequences count from 0 without gaps."""
        ...

    def progress(
        self, stage: str, done: int, total: int | None, message: str | None = None
    ) -> None:
        """Say how far the present stage is."""
        ...

    def log(self, level: str, message: str) -> None:
        """Add a line to the job's log; level is `info`, `warning` or `error`."""
        ...

    def check_cancelled(self) -> None:
        """Raise JobCancelled when the job should stop; call it several times a second."""
        ...


class FileContext:
    """A context whose pieces, log and cancel flag are files of the spool.

    Parameters
    ----------
    spool : Spool
        Its folder is named after the job.
    attempt : Path
        Folder of this attempt.
    params : dict
    committed : collection of int
        Sequences already committed.
    report : callable
        Takes a Step, at most ten times a second and whenever the stage changes.
    """

    def __init__(
        self,
        spool: Spool,
        attempt: Path,
        params: dict[str, Any],
        committed: Collection[int],
        report: Callable[[Step], None],
    ) -> None:
        self.job = spool.folder.name
        self.params = params
        self.spool = spool.folder
        self._files = spool
        self._attempt = attempt
        self._committed = frozenset(committed)
        self._report = report
        self.step: Step | None = None
        """The latest, told or not."""
        self._stage: str | None = None
        self._reported = 0.0

    def committed(self, sequence: int) -> bool:
        return sequence in self._committed

    def emit(
        self,
        sequence: int,
        tables: dict[str, pa.Table],
        files: dict[str, Path] | None = None,
        summary: dict[str, Any] | None = None,
    ) -> None:
        self.check_cancelled()
        if not self.committed(sequence):
            write_piece(self._attempt, sequence, tables, files or {}, summary)

    def progress(
        self, stage: str, done: int, total: int | None, message: str | None = None
    ) -> None:
        self.step = Step(stage, done, total, message)
        now = time.monotonic()
        last = total is not None and done >= total
        if stage == self._stage and now - self._reported < REPORT_SECONDS and not last:
            return
        self._stage, self._reported = stage, now
        self._report(self.step)

    def log(self, level: str, message: str) -> None:
        self._files.log(level, message)

    def check_cancelled(self) -> None:
        if self._files.cancelled:
            raise JobCancelled


RESULT = "result.json"
_STATES = ("done", "failed", "cancelled", "lost")


@dataclass(frozen=True)
class Outcome:
    """`lost`: the worker ended without a word. `trace` is for the server's log only."""

    state: Literal["done", "failed", "cancelled", "lost"]
    error: ErrorBody | None = None
    trace: str | None = None
    result: dict[str, Any] | None = None
    """What the job says it made."""
    step: Step | None = None
    """How far it was in the end."""
    reason: str | None = None
    """Why it was cancelled, where nobody asked for that."""

    @classmethod
    def of(cls, error: VisionLensError) -> Outcome:
        """Failed, or cancelled where the error says that the job must not go on."""
        if error.code == "JOB_CANCELLED":
            return cls("cancelled", reason=error.message)
        return cls.failed(error)

    @classmethod
    def failed(cls, error: VisionLensError, trace: str | None = None) -> Outcome:
        """Failed with an error."""
        return cls("failed", ErrorBody.model_validate(error.to_json()), trace)

    @classmethod
    def lost(cls, cause: str | None = None) -> Outcome:
        """The worker is gone; the error is told when no further attempt is made."""
        message = "The worker ended without a word." if cause is None else cause
        error = VisionLensError("WORKER_LOST", message)
        return cls("lost", ErrorBody.model_validate(error.to_json()))

    def write(self, attempt: Path) -> None:
        """Leave the outcome where the server finds it."""
        content: dict[str, Any] = {
            "state": self.state,
            "error": self.error.model_dump() if self.error else None,
            "trace": self.trace,
            "result": self.result,
            "step": vars(self.step) if self.step else None,
        }
        write_json(attempt / RESULT, content)

    @classmethod
    def read(cls, attempt: Path) -> Outcome | None:
        """The outcome of an attempt, None while it runs; lost where it cannot be read."""
        try:
            content = json.loads((attempt / RESULT).read_bytes())
            if content["state"] not in _STATES:
                raise ValueError(content["state"])
            error = ErrorBody.model_validate(content["error"]) if content["error"] else None
            step = Step(**content["step"]) if content.get("step") else None
            return cls(content["state"], error, content["trace"], content.get("result"), step)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls.lost("What the worker said in the end cannot be read.")


def outcome_of(run: Callable[[], dict[str, Any] | None], cancelled: Callable[[], bool]) -> Outcome:
    """Run a job's code to its end, whatever that is.

    An interrupt is a cancellation when somebody asked for one; else it is passed on. So is any
    error: an interrupt ends child processes and calls into libraries in ways of their own.
    """
    try:
        result = run()
    except JobCancelled:
        return Outcome("cancelled")
    except KeyboardInterrupt:
        if cancelled():
            return Outcome("cancelled")
        raise
    except Exception as error:
        if cancelled():
            return Outcome("cancelled")
        if isinstance(error, VisionLensError):
            return Outcome.failed(error)
        return unexpected(error, "The job met an error it did not expect.")
    return Outcome("done", result=result)


def unexpected(error: Exception, sentence: str) -> Outcome:
    """The failure of what the system refused, else JOB_FAILED with the sentence."""
    known = of_system(error) if isinstance(error, OSError) else None
    if known is not None:
        return Outcome.failed(known)
    exception = f"{type(error).__name__}: {error}"
    failure = VisionLensError("JOB_FAILED", sentence, details={"exception": exception})
    return Outcome.failed(failure, traceback.format_exc())
