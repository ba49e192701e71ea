"""kill -9 at any moment of an embedding job: afterwards dataset and index hold the same ids."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from visionlens_jlab.config import ENV_QDRANT_API_KEY
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.jobs.end_state import BOXES, make_source
from visionlens_jlab.tests.jobs.servers import Server
from visionlens_jlab.tests.jobs.test_kills import gone, kill
from visionlens_jlab.tests.vectors.conftest import ENGINES, FREE
from visionlens_jlab.tests.vectors.qdrant_server import KEY

IMAGES = 120
"""With 20 objects each: three pieces of vectors."""
LONGEST = 6.0
"""Seconds after the start within which it is killed."""
INDEXES = "visionlens_jlab.embeddings.index.process"
VICTIMS = ("server", "worker", "vector process", "server and its children")
"""In turn."""


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> VectorConfig:
    """Of each engine; the key is in the environment."""
    if request.param == "edge":
        pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
        return VectorConfig()
    monkeypatch.setenv(ENV_QDRANT_API_KEY, KEY)
    return VectorConfig(request.getfixturevalue("qdrant_url"), KEY)


class Servers:
    """Servers on one data directory, one after the other."""

    def __init__(self, folder: Path, config: VectorConfig) -> None:
        self.data_dir = folder / "data"
        self._folder = folder / "root"
        self._options = [f"--VisionLens.qdrant_url={config.url}"] if config.url else []
        self.running: list[Server] = []

    def start(self) -> Server:
        """The next one."""
        self.running.append(Server(self._folder, self.data_dir, *self._options))
        return self.running[-1]


@pytest.fixture
def servers(tmp_path: Path, config: VectorConfig) -> Iterator[Servers]:
    """With a source to ingest."""
    pytest.importorskip("scipy", reason="the built-in embedder needs scipy")
    make_source(tmp_path / "root" / "source", IMAGES)
    made = Servers(tmp_path, config)
    yield made
    for server in made.running:
        server.process.terminate()
    for server in made.running:
        server.process.wait(60)


@pytest.mark.asyncio
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.soak)])
async def test_after_each_kill_both_hold_the_same_ids(
    servers: Servers, config: VectorConfig, kills: int
) -> None:
    server = servers.start()
    request = {"source": "source", "format": "coco", "name": "many"}
    ended = await server.follow(await server.get("jobs", kind="ingest", ingest=request))
    assert ended["state"] == "done", ended
    chance = random.Random(kills)
    met = 0
    for number in range(kills * 3):
        # Another margin each time: nothing comes from the cache of vectors.
        embed = {
            "dataset": "many",
            "model": "classical",
            "level": "annotations",
            "space": f"space {number}",
            "crop_margin": number / 100,
        }
        job = await server.get("jobs", kind="embed", embed=embed)
        job = await server.follow(job, lambda now: now["state"] != "queued")
        await asyncio.sleep(chance.uniform(0, LONGEST))
        job = await server.get(f"jobs/{job['job']}")
        victim = VICTIMS[number % len(VICTIMS)]
        children = server.children()
        killed = _processes(server, children, victim)
        print(f"{victim}: {job['state']} {job['stage']} {job['done']}/{job['total']}")
        met += bool(killed) and not job["finished_at"]
        kill(killed)
        if victim.startswith("server"):
            server.process.wait()
            server = servers.start()
        ended = await server.follow(await server.get(f"jobs/{job['job']}"))
        assert ended["state"] == "done", ended
        if victim.startswith("server"):
            await gone(children)
        server.stop()
        _check(servers.data_dir, config, f"space {number}")
        server = servers.start()
        if met == kills:
            return
    pytest.fail(f"only {met} of {kills} kills came while the job ran")


def _processes(server: Server, children: list[psutil.Process], victim: str) -> list[psutil.Process]:
    """What to kill; nothing where it does not run."""
    if victim == "worker":
        worker = server.worker()
        return [worker] if worker else []
    if victim == "vector process":
        return [child for child in children if INDEXES in _command(child)]
    return [psutil.Process(server.process.pid), *(children if "children" in victim else [])]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _check(data_dir: Path, config: VectorConfig, space: str) -> None:
    """Every space: the index holds what the dataset holds, and the new one is whole."""
    library = Library(data_dir)
    service = VectorService(library, config, costs=FREE)
    try:
        store = library.open("many")
        assert service.wait(120)
        for found in store.part(Embeddings).all():
            assert found.index == "ready", found
            ids: Any = store.part(Embeddings).segments(found.space).ids
            assert service.ids(store, found.space).tolist() == ids.tolist()
        assert store.part(Embeddings).read(space).vectors > 0.9 * BOXES * (IMAGES - 10)
    finally:
        service.close()
        library.close()
