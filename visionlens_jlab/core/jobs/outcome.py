"""How a job's code ended."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from visionlens_jlab.core.jobs.context import JobCancelled
from visionlens_jlab.core.jobs.pieces import write_json
from visionlens_jlab.core.jobs.progress import Step
from visionlens_jlab.core.shapes import ErrorBody
from visionlens_jlab.errors import VisionLensError, of_system

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
