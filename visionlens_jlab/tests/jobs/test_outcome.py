"""How a job's code ended."""

from __future__ import annotations

import errno

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.jobs.context import JobCancelled
from visionlens_jlab.jobs.outcome import Outcome, outcome_of


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
