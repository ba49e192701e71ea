"""The worker's side of a job: what a kernel is told to execute."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from visionlens_jlab.core.jobs.context import FileContext, Outcome, Step, outcome_of
from visionlens_jlab.core.jobs.kinds import code_of
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_json

MIME = "application/vnd.visionlens.job+json"
"""Progress comes as display data of this type; it may be lost, so nothing depends on it."""
START = "start.json"
NICENESS = 10


def write_start(attempt: Path, job: Job, params: dict[str, Any], committed: set[int]) -> str:
    """Write what an attempt needs and return the code that a kernel executes for it."""
    attempt.mkdir(mode=0o700, exist_ok=True)
    start = {
        "job": job.job,
        "kind": job.kind,
        "attempt": job.attempt,
        "params": params,
        "committed": sorted(committed),
    }
    write_json(attempt / START, start)
    return f"from visionlens_jlab.core.jobs.worker import execute\nexecute({str(attempt)!r})"


def execute(folder: str) -> None:
    """Run one attempt; its outcome is the file `result.json` in its folder."""
    attempt = Path(folder)
    start = json.loads((attempt / START).read_bytes())
    spool = Spool(attempt.parent)
    _be_nice()

    def report(step: Step) -> None:
        _publish({"job": start["job"], "attempt": start["attempt"], **vars(step)})

    context = FileContext(spool, attempt, start["params"], start["committed"], report)
    try:
        outcome = outcome_of(lambda: code_of(start["kind"])(context), lambda: spool.cancelled)
    except KeyboardInterrupt:
        outcome = Outcome.lost()
    replace(outcome, step=context.step).write(attempt)


def _publish(message: dict[str, Any]) -> None:
    from IPython.display import publish_display_data

    publish_display_data({MIME: message})


def _be_nice() -> None:
    """Leave the processor to people; a kernel runs many jobs, but steps back once."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(max(0, NICENESS - os.nice(0)))
