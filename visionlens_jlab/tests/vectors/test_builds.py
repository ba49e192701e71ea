"""When indexes are built, and which first."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.index import service as module
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.index.upkeep import SMALL_ROWS, Builds
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.catalog.builders import piece, samples_table

SECONDS = 30


def test_a_small_index_never_waits_for_large_ones() -> None:
    builds, hold, small = Builds(2), threading.Event(), threading.Event()
    for _ in range(4):
        builds.submit(SMALL_ROWS + 1, lambda: hold.wait(SECONDS) and None)
    builds.submit(100, small.set)
    assert small.wait(SECONDS) and not hold.is_set()
    hold.set()
    builds.close()
    with pytest.raises(RuntimeError):
        builds.submit(1, small.set)


def test_the_smallest_comes_first() -> None:
    builds, hold, over = Builds(2), threading.Event(), threading.Event()
    began, order = threading.Semaphore(0), list[int]()

    def wait() -> None:
        began.release()
        hold.wait(SECONDS)

    for rows in (SMALL_ROWS + 1, 1):  # both threads are at work: one takes small ones alone
        builds.submit(rows, wait)
        assert began.acquire(timeout=SECONDS)
    large = [SMALL_ROWS + rows for rows in (5, 3, 9)]
    for rows in large:
        builds.submit(rows, lambda rows=rows: order.append(rows))
    builds.submit(SMALL_ROWS + 99, over.set)
    hold.set()
    assert over.wait(SECONDS) and order == sorted(large)
    builds.close()


def test_what_comes_in_many_calls_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    monkeypatch.setattr(module, "QUIET_SECONDS", 1.0)
    build = module.build
    monkeypatch.setattr(
        module,
        "build",
        lambda index, progress: built.append(1) or build(index, progress),  # type: ignore[func-returns-value]
    )
    library = Library(tmp_path / "home")
    service = VectorService(library, VectorConfig())
    store = library.create("a")
    store.results.apply(piece(tmp_path, sample=samples_table(0, 60)))
    space = EmbeddingSpace(
        space="clip", level="samples", model="m", version="1", dimension=4, created_at=""
    )
    for start in range(0, 60, 10):
        ids = list(range(start, start + 10))
        store.part(Embeddings).add(space, ids, np.random.default_rng(start).normal(size=(10, 4)))
    assert service.wait(SECONDS)
    assert len(built) == 1 and len(service.ids(store, "clip")) == 60
    service.close()
    library.close()
