"""How a job's code ended."""

from __future__ import annotations

import errno

import pytest

from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.context import JobCancelled, Outcome, Step, outcome_of
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.errors import VisionLensError


def raising(error: BaseException):
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (VisionLensError("LABELS_INVALID", "It is cut off."), "LABELS_INVALID"),
        (OSError(errno.ENOSPC, "No space left on device"), "DISK_SPACE"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/a.json"), "PERMISSION_DENIED"),
        (OSError(errno.EIO, "Input/output error", "/data/a.json"), "JOB_FAILED"),
        (ZeroDivisionError("division by zero"), "JOB_FAILED"),
    ],
)
def test_a_failure_has_a_code_and_no_traceback_for_the_user(error, code, tmp_path):
    outcome = outcome_of(raising(error), lambda: False)
    assert outcome.state == "failed"
    assert outcome.error.code == code
    assert "Traceback" not in outcome.error.model_dump_json()
    outcome.write(tmp_path)
    assert Outcome.read(tmp_path) == outcome


def test_an_end_and_a_cancellation(tmp_path):
    assert Outcome.read(tmp_path) is None
    assert outcome_of(lambda: None, lambda: False) == Outcome("done")
    assert outcome_of(raising(JobCancelled()), lambda: True) == Outcome("cancelled")
    assert outcome_of(raising(KeyboardInterrupt()), lambda: True) == Outcome("cancelled")
    with pytest.raises(KeyboardInterrupt):
        outcome_of(raising(KeyboardInterrupt()), lambda: False)


@pytest.mark.parametrize(
    "error", [VisionLensError("WORKER_LOST", "It ended."), OSError(), KeyError()]
)
def test_what_an_interrupt_breaks_is_a_cancellation(error):
    assert outcome_of(raising(error), lambda: True) == Outcome("cancelled")


def test_a_job_that_is_done_has_done_all():
    """The last words of a worker may be lost, or come with its outcome."""
    running = Job(job="j", kind="ingest", dataset="d", state="running", created_at="2026")
    running = running.model_copy(update={"stage": "images", "done": 2816, "total": 3000})
    assert status.ended(running, Outcome("done")).done == 3000
    assert status.ended(running, Outcome("cancelled")).done == 2816
    last = status.ended(running, Outcome("done", step=Step("labels", 7, 7)))
    assert (last.stage, last.done, last.total) == ("labels", 7, 7)
    said = Outcome.failed(VisionLensError("DIR_EMPTY", "Nothing."))
    assert status.ended(running, said).done == 2816
