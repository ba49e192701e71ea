"""A capability of one's own: its kind of job, the shape it takes, and its code."""

from __future__ import annotations

from typing import Any

from visionlens_jlab.core.capability import Capability, JobKind
from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.core.shapes import DatasetRequest
from visionlens_jlab.errors import VisionLensError

HERE = "visionlens_jlab.tests.jobs.tiny_capability"
CAPABILITY = Capability(
    name="tiny",
    follow=f"{HERE}:follow",
    jobs=(
        JobKind(
            name="count",
            lane="cpu",
            request=f"{HERE}:CountRequest",
            run=f"{HERE}:run",
            setup=f"{HERE}_use:CountSetup",
            check=f"{HERE}:check",
            confine=f"{HERE}:confine",
        ),
    ),
)


class CountRequest(DatasetRequest):
    """How far to count."""

    to: int = 3
    again: bool = False


def run(context: JobContext) -> dict[str, Any]:
    """Count."""
    for number in range(context.params["to"]):
        context.progress("counting", number, context.params["to"])
    return {"counted": context.params["to"], "first": context.params["first"]}


def check(request: CountRequest, settings: dict[str, Any]) -> None:
    """As far as the server's settings let one count."""
    if request.to > settings.get("tiny", 10):
        raise VisionLensError("REQUEST_INVALID", "So far nobody may count.")


def confine(policy: Any, request: CountRequest, *, unrestricted: bool, rows: bool) -> CountRequest:
    """Nobody names a place."""
    return request


def follow(job: Any, settings: dict[str, Any]) -> list[CountRequest]:
    """Count once more where that is wanted."""
    asked = job.parameters
    if not isinstance(asked, CountRequest) or not asked.again:
        return []
    return [CountRequest(dataset=asked.dataset, to=asked.to + 1)]
