"""Both engines, for the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visionlens_jlab.tests.vectors.qdrant_server import KEY, UnavailableError, qdrant
from visionlens_jlab.vectors.asking import Costs
from visionlens_jlab.vectors.client import EdgeClient
from visionlens_jlab.vectors.server import ServerStore
from visionlens_jlab.vectors.store import VectorStore

ENGINES = ("edge", "server")
FREE = Costs(0, 0)
"""No scan is faster than an index."""


@pytest.fixture(scope="session")
def qdrant_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Qdrant server; skips, saying why, where none can be had."""
    try:
        with qdrant(tmp_path_factory.mktemp("qdrant")) as address:
            yield address
    except UnavailableError as error:
        pytest.skip(f"no Qdrant server: {error}")


@pytest.fixture(params=ENGINES)
def make_store(request: pytest.FixtureRequest) -> Iterator[Callable[[], VectorStore]]:
    """Makes stores of one engine; a second one is what a restarted server would have."""
    made: list[VectorStore] = []
    if request.param == "edge":
        pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")

    def make() -> VectorStore:
        store: VectorStore
        if request.param == "edge":
            store = EdgeClient()
        else:
            store = ServerStore(request.getfixturevalue("qdrant_url"), KEY)
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: Callable[[], VectorStore]) -> VectorStore:
    """A store of each engine."""
    return make_store()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset's folder."""
    made = tmp_path / "dataset"
    made.mkdir()
    return made
