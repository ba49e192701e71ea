"""Jobs that wait: the same one is not queued twice, and not any number of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs import runner as runners
from visionlens_jlab.core.jobs.runner import JobRunner
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.api.servers import fill, make_images

Announcer: Any = SimpleNamespace(job=lambda job: None, dataset=lambda *_: None)


@pytest.fixture
def make_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., JobRunner]:
    """One whose lanes stand still; made where the loop runs."""

    def make(**limits: Any) -> JobRunner:
        library = Library(tmp_path / "data")
        fill(library, tmp_path / "street")
        made = JobRunner(library, {}, Announcer, touch=lambda: None, warm_seconds=0, **limits)
        monkeypatch.setattr(made, "_lane_of", lambda job: SimpleNamespace(wake=lambda: None))
        return made

    return make


async def test_the_same_job_asked_again_is_the_one_that_waits(
    make_runner: Callable[..., JobRunner],
) -> None:
    runner = make_runner()
    asked = [DuplicatesRequest(dataset="street", kind="exact") for _ in range(150)]
    names = {(await runner.submit(request, user="ada")).job for request in asked}
    assert len(names) == 1
    other = await runner.submit(DuplicatesRequest(dataset="street", kind="near"), user="ada")
    assert other.job not in names


async def test_so_many_of_a_kind_a_user_has_and_no_more(
    make_runner: Callable[..., JobRunner], tmp_path: Path
) -> None:
    runner = make_runner(user_jobs=3)
    make_images(tmp_path / "town", 2)
    names = (f"a{number}" for number in range(1000))

    async def ingest(user: str) -> Job:
        request = IngestRequest(source=str(tmp_path / "town"), name=next(names))
        return await runner.submit(request, user=user)

    async def refused(user: str) -> str:
        with pytest.raises(VisionLensError) as caught:
            await ingest(user)
        assert caught.value.code == "LIMIT_REACHED"
        return caught.value.message

    begun = await ingest("ada")
    for _ in range(2):
        await ingest("ada")
    running = begun.model_copy(update={"state": "running"})
    runner._queue.save(running)
    assert "You have 3 jobs of the kind ingest" in await refused("ada")
    # Of another kind there is room, and for another user, but not for any number of them.
    await runner.submit(DuplicatesRequest(dataset="street", kind="exact"), user="ada")
    for user in ("ben", "cleo", "dora"):
        await ingest(user)
    assert "6 jobs of the kind ingest" in await refused("eve")
    # One that is over makes room.
    runner._queue.save(running.model_copy(update={"state": "done"}))
    await ingest("ada")


async def test_what_follows_a_job_is_of_its_user(
    make_runner: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make_runner(user_jobs=1)
    first = await runner.submit(DuplicatesRequest(dataset="street", kind="exact"), user="ada")
    followers = [DuplicatesRequest(dataset="street", kind="near")]
    monkeypatch.setattr(runners, "following", lambda *_: followers)
    await runner._follow(first)
    assert "LIMIT_REACHED" in runner.log_lines(first.job)[-1]["message"]
