"""What a job's code works with, wherever it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from visionlens_jlab.core.jobs.pieces import write_piece
from visionlens_jlab.core.jobs.progress import Step
from visionlens_jlab.core.jobs.spool import Spool

if TYPE_CHECKING:
    import pyarrow as pa

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
