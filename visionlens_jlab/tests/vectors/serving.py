"""Servers with indexes of a dataset's vectors, as tests start and stop them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.vectors.segments import unit
from visionlens_jlab.tests.catalog.test_embeddings import space

DIMENSION = 16
COUNT = 1200

Serve = Callable[..., VectorService]


def stop(service: VectorService) -> None:
    """As a server that ends."""
    library = service._library
    service.close()
    library.close()


def opened(service: VectorService) -> DatasetStore:
    """The dataset, its index up to date."""
    store = service._library.open("many")
    settle(service)
    return store


def settle(service: VectorService) -> None:
    """Wait for drain and builds."""
    assert service.wait(120)


def rows(count: int = COUNT, seed: int = 0) -> np.ndarray[Any, Any]:
    """Random unit vectors."""
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSION)))


def fill(store: DatasetStore, first: int = 0, count: int = COUNT, seed: int = 0) -> None:
    """Vectors for ids from `first` on."""
    store.part(Embeddings).add(
        space("clip", dimension=DIMENSION), range(first, first + count), rows(count, seed)
    )


def assert_same(service: VectorService, store: DatasetStore) -> None:
    """DuckDB and the index hold the same ids, and searches find what a scan finds."""
    ids = store.part(Embeddings).segments("clip").ids
    assert service.ids(store, "clip").tolist() == ids.tolist()
    assert store.part(Embeddings).read("clip").index == "ready"
    found = store.view(ViewSpec(search=SearchSpec(space="clip", like=[int(ids[0])], k=20)))
    vectors = store.part(Embeddings).segments("clip").vectors_of(ids)
    expected = ids[np.argsort(-(vectors @ vectors[0]), kind="stable")][:20]
    assert found.ids.tolist() == expected.tolist()
