"""Jobs that wait: the same one is not queued twice, and not any number of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from visionlens_jlab.catalog.library import Library
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.jobs import runner as runners
from visionlens_jlab.jobs.runner import JobRunner
from visionlens_jlab.models import DuplicatesRequest, IngestRequest
from visionlens_jlab.tests.api.servers import fill, make_images

Announcer: Any = SimpleNamespace(job=lambda job: None, dataset=lambda *_: None)


@pytest.fixture
def make_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], JobRunner]:
    """One whose lanes stand still; made where the loop runs."""

    def make() -> JobRunner:
        library = Library(tmp_path / "data")
        fill(library, tmp_path / "street")
        made = JobRunner(library, {}, Announcer, touch=lambda: None, warm_seconds=0)
        monkeypatch.setattr(made, "_lane_of", lambda job: SimpleNamespace(wake=lambda: None))
        return made

    return make


async def test_the_same_job_asked_again_is_the_one_that_waits(
    make_runner: Callable[[], JobRunner],
) -> None:
    runner = make_runner()
    asked = [DuplicatesRequest(dataset="street", kind="exact") for _ in range(150)]
    names = {(await runner.submit(request)).job for request in asked}
    assert len(names) == 1
    other = await runner.submit(DuplicatesRequest(dataset="street", kind="near"))
    assert other.job not in names


async def test_so_many_of_a_kind_wait_and_no_more(
    make_runner: Callable[[], JobRunner], tmp_path: Path
) -> None:
    runner = make_runner()
    make_images(tmp_path / "town", 2)
    for number in range(runners.MOST_WAITING):
        await runner.submit(IngestRequest(source=str(tmp_path / "town"), name=f"a{number}"))
    with pytest.raises(VisionLensError) as caught:
        await runner.submit(IngestRequest(source=str(tmp_path / "town"), name="one more"))
    assert caught.value.code == "LIMIT_REACHED"
    # Of another kind there is room.
    await runner.submit(DuplicatesRequest(dataset="street", kind="exact"))
