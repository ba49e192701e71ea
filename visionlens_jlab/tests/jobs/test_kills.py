"""kill -9 at any moment of an ingest: of the worker, and of the server."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import pytest_asyncio

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.jobs.end_state import differences, end_state, make_source
from visionlens_jlab.tests.jobs.servers import Server

STAGES = ("scan", "headers", "labels", "images", "done")
ORPHAN_SECONDS = 60.0
"""A worker whose server is gone must end by itself within this time; it is far less."""

rounds = pytest.mark.parametrize(
    ("kills", "images"), [(2, 400), pytest.param(20, 1200, marks=pytest.mark.soak)]
)


class Moment(NamedTuple):
    """When to kill: in a stage (after a delay), or after a part of an undisturbed run's time."""

    stage: str | None
    delay: float


class Undisturbed(NamedTuple):
    """A run to compare with, and the folder that holds its source."""

    root: Path
    state: dict[str, Any]
    seconds: float


@pytest.fixture(scope="module")
def runs() -> dict[int, Undisturbed]:
    """Undisturbed runs that were made already, by number of images."""
    return {}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[[Path], Server]]:
    started: list[Server] = []

    def start(root: Path) -> Server:
        started.append(Server(root, tmp_path / "data"))
        return started[-1]

    yield start
    for server in started:
        server.process.terminate()
    for server in started:
        server.process.wait(60)


async def ingest(server: Server, name: str) -> dict[str, Any]:
    job: dict[str, Any] = await server.get(
        "jobs", ingest={"source": "source", "format": "coco", "name": name}
    )
    return job


@pytest_asyncio.fixture
async def peace(
    runs: dict[int, Undisturbed],
    images: int,
    servers: Callable[[Path], Server],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Undisturbed:
    """Make the source and ingest it once in peace."""
    if images not in runs:
        root = tmp_path_factory.mktemp("root")
        make_source(root / "source", images)
        server = servers(root)
        await server.get("about")
        start = time.monotonic()
        job = await server.follow(await ingest(server, "peace"))
        seconds = time.monotonic() - start
        assert job["state"] == "done", job
        server.stop()
        state = end_state(tmp_path / "data", "peace")
        assert len(state["samples"]) > images - 10
        assert len(state["issues"]) >= 4
        assert len(state["pieces"]) >= 4
        runs[images] = Undisturbed(root, state, seconds)
    return runs[images]


def moments(seconds: float) -> Iterator[Moment]:
    """Half of them in a stage, in turn, half at a random part of the time that a run takes."""
    randomly = random.Random(7)
    for stage in itertools.cycle(STAGES[::-1]):
        yield Moment(None, randomly.uniform(0, seconds))
        yield Moment(stage, randomly.uniform(0, 0.3))


async def wait_for(server: Server, job: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """Wait until it is time to kill; returns the job as it was seen last."""
    if moment.stage is not None:
        job = await server.follow(job, lambda now: _reached(now, moment.stage), interval=0.01)
    await asyncio.sleep(moment.delay)
    with contextlib.suppress(AssertionError):
        job = await server.get(f"jobs/{job['job']}")
    return job


def _reached(job: dict[str, Any], stage: str | None) -> bool:
    if stage == "done":
        return job["stage"] == "images" and job["done"] == job["total"]
    return bool(job["stage"] == stage)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


async def gone(processes: list[psutil.Process]) -> float:
    """Wait for the end of processes that nobody ends; seconds that it took."""
    start = time.monotonic()
    while any(_runs(process) for process in processes):
        assert time.monotonic() - start < ORPHAN_SECONDS, [str(p) for p in processes if _runs(p)]
        await asyncio.sleep(0.05)
    return time.monotonic() - start


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def opens(data_dir: Path, slug: str) -> None:
    """The dataset that a killed server leaves opens in another process."""
    library = Library(data_dir)
    try:
        store = library.open(slug)
        assert store.count("samples") == len(store.tables.read("samples", columns=["filename"]))
        store.detail()
    finally:
        library.close()


def said(number: int, job: dict[str, Any], moment: Moment) -> None:
    at = moment.stage or f"{moment.delay:.2f} s"
    print(f"kill {number} at {at}: {job['state']} {job['stage']} {job['done']}/{job['total']}")


@rounds
@pytest.mark.timeout(1800)
async def test_a_worker_killed_at_any_moment(peace, servers, tmp_path, kills):
    server = servers(peace.root)
    names: list[str] = []
    met = 0  # those that came in time: a kill after the end proves nothing
    for number, moment in enumerate(moments(peace.seconds)):
        if met == kills:
            break
        names.append(f"disturbed-{number}")
        job = await ingest(server, names[-1])
        job = await wait_for(server, job, moment)
        worker = server.worker()
        while worker is None and not job["finished_at"]:
            job = await server.get(f"jobs/{job['job']}")
            worker = server.worker()
        said(number, job, moment)
        if worker is not None:
            kill([worker, *worker.children(recursive=True)])
            met += not job["finished_at"]
        assert (await server.get(f"datasets/{names[-1]}"))["dataset"] == names[-1]
        ended = await server.follow(job)
        assert ended["state"] == "done", ended
    server.stop()
    for name in names:
        assert differences(end_state(tmp_path / "data", name), peace.state) == [], name
    assert not [path for path in (tmp_path / "data" / "spool").glob("*/*") if path.is_dir()]


@rounds
@pytest.mark.timeout(1800)
async def test_a_server_killed_at_any_moment(peace, servers, tmp_path, kills):
    longest = 0.0
    names: list[str] = []
    met = 0
    server = servers(peace.root)
    for number, moment in enumerate(moments(peace.seconds)):
        if met == kills:
            break
        names.append(f"disturbed-{number}")
        job = await ingest(server, names[-1])
        job = await wait_for(server, job, moment)
        said(number, job, moment)
        children = server.children()
        kill([psutil.Process(server.process.pid)])
        server.process.wait()
        met += not job["finished_at"]
        if number % 2:
            kill(children)
        opens(tmp_path / "data", names[-1])
        server = servers(peace.root)  # while workers of the killed one may still run
        longest = max(longest, await gone(children))
        ended = await server.follow(await server.get(f"jobs/{job['job']}"))
        assert ended["state"] == "done", ended
    server.stop()
    for name in names:
        assert differences(end_state(tmp_path / "data", name), peace.state) == [], name
    print(f"what a killed server left ended within {longest:.1f} s")
    assert not [path for path in (tmp_path / "data" / "spool").glob("*/*") if path.is_dir()]
