"""Jobs that a notebook waits for: a live bar in a notebook, one line in a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa


WIDTH = 24
PACE_SECONDS = 0.1


class Progress(Protocol):
    """Where a job's progress is shown."""

    def update(self, job: Job) -> None:
        """Show how far the job is."""

    def finish(self, text: str) -> None:
        """Leave a last line."""


def make_progress(label: str) -> Progress:
    """The progress display that fits where this code runs."""
    if in_kernel():
        return HtmlProgress(label)
    return LineProgress(label, sys.stderr)


def paced(
    update: Callable[[Job], None], clock: Callable[[], float] = time.monotonic
) -> Callable[[Job], None]:
    """Pass on at most ten steps a second, but each new stage at once."""
    last_stage: str | None = None
    last_time = 0.0

    def pass_on(job: Job) -> None:
        nonlocal last_stage, last_time
        now = clock()
        if stage_of(job) == last_stage and now - last_time < PACE_SECONDS:
            return
        last_stage, last_time = stage_of(job), now
        update(job)

    return pass_on


def in_kernel() -> bool:
    """Whether this code runs in a Jupyter kernel; IPython is not imported for the question."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def describe(job: Job) -> str:
    """Counts, rate and time left: `1,200 of 5,000, 340/s, 11 s left`."""
    total = "" if job.total is None else f" of {job.total:,}"
    parts = [f"{job.done:,}{total}"] if job.done or job.total else []
    if job.rate:
        parts.append(f"{job.rate:,.0f}/s" if job.rate >= 10 else f"{job.rate:.1f}/s")
    if job.eta_seconds is not None:
        parts.append(f"{duration(job.eta_seconds)} left")
    if job.message:
        parts.append(job.message)
    return ", ".join(parts)


def stage_of(job: Job) -> str:
    """What the job does now, in a word."""
    return job.stage or job.state


def duration(seconds: float) -> str:
    """`11 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def printable(text: str) -> str:
    """The text without control characters: file names must not steer a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def fraction(job: Job) -> float:
    """Done part in [0, 1]; 0 while the total is unknown."""
    return min(1.0, job.done / job.total) if job.total else 0.0


class LineProgress:
    """One line, rewritten in a terminal; elsewhere one line for each stage."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self._label = label
        self._stream = stream
        self._live = stream.isatty()
        self._stage: str | None = None

    def update(self, job: Job) -> None:
        """Show how far the job is."""
        if self._live:
            filled = round(WIDTH * fraction(job))
            bar = "#" * filled + "-" * (WIDTH - filled)
            self._rewrite(f"{self._label}: {stage_of(job)} [{bar}] {describe(job)}")
        elif stage_of(job) != self._stage:
            self._write(printable(f"{self._label}: {stage_of(job)}") + "\n")
        self._stage = stage_of(job)

    def finish(self, text: str) -> None:
        """Leave a last line."""
        if self._live:
            self._rewrite(f"{self._label}: {text}")
            self._write("\n")
        else:
            self._write(printable(f"{self._label}: {text}") + "\n")

    def _rewrite(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - 1
        self._write(f"\r\x1b[2K{printable(text)[:room]}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class HtmlProgress:
    """A bar in the cell's output, updated in place."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._handle: Any = None

    def update(self, job: Job) -> None:
        """Show how far the job is."""
        value = f'value="{fraction(job):.4f}"' if job.total else ""
        self._show(
            f"<b>{escape(stage_of(job))}</b> <progress max='1' {value}></progress> "
            f"{escape(describe(job))}",
            f"{stage_of(job)} {describe(job)}",
        )

    def finish(self, text: str) -> None:
        """Leave a last line."""
        self._show(escape(text), text)

    def _show(self, html: str, plain: str) -> None:
        from IPython.display import display

        bundle = {
            "text/html": f"<div>{escape(self._label)}: {html}</div>",
            "text/plain": f"{self._label}: {plain}",
        }
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def run_shown(
    backend: DatasetBackend, request: JobParameters, label: str, rows: pa.Table | None = None
) -> Job:
    """Run a job on a dataset and show its progress; raises its error.

    `rows` are those of a DataFrame, for a kind of job that takes some.
    """
    progress = make_progress(label)
    try:
        job = backend.run(request, paced(progress.update), rows)
    except KeyboardInterrupt:
        progress.finish("cancelled")
        raise
    except VisionLensError as error:
        progress.finish(error.message)
        raise
    progress.finish("done")
    return job
