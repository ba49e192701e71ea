"""While an index is built the event loop goes on and searches are answered."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.catalog.builders import piece, samples_table
from visionlens_jlab.tests.catalog.test_embeddings import space
from visionlens_jlab.tests.jobs.stalls import measured
from visionlens_jlab.tests.vectors.conftest import FREE

COUNT = 12_000
DIMENSION = 256
"""Enough (10 MB) for the engine to make a graph: it holds its process's global lock for seconds."""


class Turns:
    """Turns of the event loop, and the CPU time of this process between two of them at worst."""

    def __init__(self) -> None:
        self.count = 0
        self.most_cpu = 0.0

    async def watch(self) -> None:
        """Take a turn every two milliseconds."""
        while True:
            before = time.process_time()
            await asyncio.sleep(0.002)
            self.count += 1
            self.most_cpu = max(self.most_cpu, time.process_time() - before)


async def _search_while_building(store: DatasetStore) -> int:
    """The number of searches answered before the index was ready."""
    answered = 0
    while (await asyncio.to_thread(store.part(Embeddings).read, "clip")).index in (
        "none",
        "behind",
        "building",
    ):
        # Another one each time: none comes from a cache.
        search = SearchSpec(space="clip", like=[answered % COUNT], k=20)
        view = await asyncio.to_thread(store.view, ViewSpec(search=search))
        assert view.ids[0] == answered % COUNT
        answered += 1
        await asyncio.sleep(0.05)
    return answered


@pytest.mark.asyncio
async def test_the_loop_goes_on_during_a_build(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
    library = Library(tmp_path / "home")
    service = VectorService(library, VectorConfig(), costs=FREE)
    try:
        store = library.create("many")
        store.results.apply(piece(tmp_path, sample=samples_table(0, COUNT)))
        rows = np.random.default_rng(0).normal(size=(COUNT, DIMENSION))
        store.part(Embeddings).add(space("clip", dimension=DIMENSION), range(COUNT), rows)
        turns = Turns()
        watching = asyncio.create_task(turns.watch())
        async with measured() as stalls:
            answered = await asyncio.wait_for(_search_while_building(store), 240)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        assert store.part(Embeddings).read("clip").index == "ready"
        print(
            f"\n{answered} searches during the build, {turns.count} turns of the event loop; "
            f"longest gap {stalls.longest * 1000:.0f} ms, most CPU between two turns "
            f"{turns.most_cpu * 1000:.0f} ms"
        )
        assert answered >= 5
        assert turns.count >= 100
        # In this process the engine would hold the global lock for its seconds of CPU.
        assert turns.most_cpu < 0.5
    finally:
        await asyncio.to_thread(service.close)
        library.close()
