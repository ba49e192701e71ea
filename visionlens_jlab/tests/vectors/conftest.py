"""Both engines, for the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.index import service as module
from visionlens_jlab.embeddings.index.base import VectorStore
from visionlens_jlab.embeddings.index.client import EdgeClient
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.server import ServerStore
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.index.upkeep import Costs
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table
from visionlens_jlab.tests.vectors.qdrant_server import KEY, UnavailableError, qdrant
from visionlens_jlab.tests.vectors.serving import COUNT, Serve, stop

ENGINES = ("edge", "server")
FREE = Costs(0, 0)
"""No scan is faster than an index."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes are built without waiting for more vectors."""
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)


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


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest) -> VectorConfig:
    """Of each engine."""
    if request.param == "edge":
        pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
        return VectorConfig()
    return VectorConfig(request.getfixturevalue("qdrant_url"), KEY)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with a dataset that has no vectors yet."""
    library = Library(tmp_path / "home")
    store = library.create("many")
    store.results.apply(
        piece(
            tmp_path,
            sample=samples_table(0, COUNT, split=["train", "val"] * (COUNT // 2)),
            annotation=annotations_table(list(range(20))),
        )
    )
    library.close()
    return tmp_path / "home"


@pytest.fixture
def serve(home: Path, config: VectorConfig) -> Iterator[Serve]:
    """Starts a library with its indexes, as a Jupyter server would; every search asks them."""
    running: list[VectorService] = []

    def start(given: VectorConfig = config) -> VectorService:
        while running:
            stop(running.pop())
        library = Library(home)
        running.append(VectorService(library, given, costs=FREE))
        return running[0]

    yield start
    for service in running:
        stop(service)
