"""What happens around the tiny capability's job, and a process that has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from visionlens_jlab.core.api.openapi import document
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.jobs.runner import JobRunner
from visionlens_jlab.core.jobs.shapes import JobRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.jobs.in_process import InProcessLane, Silent
from visionlens_jlab.tests.jobs.tiny_capability import CountRequest


class CountSetup(DatasetSetup[CountRequest]):
    """The worker is told where to begin."""

    def prepare(self, store: Any, request: CountRequest, spool: Any) -> dict[str, Any]:
        """With what to begin."""
        return {"first": 0}


def show(folder: Path) -> None:
    """Ask for the job in this process and of a server; print as JSON what came of it."""
    library = Library(folder)
    library.create("a")
    sent = JobRequest.model_validate({"kind": "count", "count": {"dataset": "a", "again": True}})
    inline = run_job(library, sent.parameters, on_progress=lambda job: None)
    shown = {"inline": inline.result, **asyncio.run(_served(library))}
    schemas = document()["components"]["schemas"]
    shown["contract"] = "count" in schemas["Job"]["properties"] and "CountRequest" in schemas
    print(json.dumps(shown))
    library.close()


async def _served(library: Library) -> dict[str, Any]:
    announcer, quiet = Announcer(Silent()), {"touch": lambda: None}
    runner = JobRunner(library, {}, announcer, **quiet, warm_seconds=0, settings={"tiny": 5})
    runner.lanes["cpu"] = InProcessLane(
        "cpu", library, runner._queue, announcer, **quiet, done=runner._follow
    )
    request = CountRequest(dataset="a", to=4, again=True)
    first, second = [await runner.submit(request, user="ada") for _ in range(2)]
    try:
        refused = await runner.submit(CountRequest(dataset="a", to=6), user="ada")
    except VisionLensError as error:
        refused = error.code
    await runner.start()
    # the last one follows another; other processes may have jobs too, so no event tells of it
    while [job.state for job in runner.jobs()].count("done") < 4:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await runner.stop()
    listed = [(job.kind, job.state, job.parameters.to) for job in runner.jobs()]
    return {"same": first.job == second.job, "refused": refused, "listed": listed}
