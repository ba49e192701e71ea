"""The index follows the dataset, whatever happens; and searches do without it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.catalog.library import Library
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.models import SearchSpec, TagRequest, ViewSpec
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table
from visionlens_jlab.tests.catalog.test_embeddings import space
from visionlens_jlab.tests.vectors.conftest import ENGINES, FREE
from visionlens_jlab.tests.vectors.qdrant_server import KEY, UnavailableError, qdrant
from visionlens_jlab.vectors import client, upkeep
from visionlens_jlab.vectors import service as service_module
from visionlens_jlab.vectors.client import EdgeClient
from visionlens_jlab.vectors.config import VectorConfig
from visionlens_jlab.vectors.places import collection_of
from visionlens_jlab.vectors.segments import unit
from visionlens_jlab.vectors.service import VectorService

DIMENSION = 16
COUNT = 1200

Serve = Callable[..., VectorService]


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
    store.apply_piece(
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
    store.add_vectors(
        space("clip", dimension=DIMENSION), range(first, first + count), rows(count, seed)
    )


def assert_same(service: VectorService, store: DatasetStore) -> None:
    """DuckDB and the index hold the same ids, and searches find what a scan finds."""
    ids = store.segments("clip").ids
    assert service.ids(store, "clip").tolist() == ids.tolist()
    assert store.space("clip").index == "ready"
    found = store.view(ViewSpec(search=SearchSpec(space="clip", like=[int(ids[0])], k=20)))
    vectors = store.segments("clip").vectors_of(ids)
    expected = ids[np.argsort(-(vectors @ vectors[0]), kind="stable")][:20]
    assert found.ids.tolist() == expected.tolist()


def test_the_index_follows_the_dataset(serve: Serve) -> None:
    service = serve()
    store = opened(service)
    assert service.engine(service._config.url) is not None
    fill(store, 0, 400)
    settle(service)
    assert_same(service, store)
    fill(store, 300, 500, seed=1)  # a hundred of them anew
    settle(service)
    assert_same(service, store)
    store.delete_samples([0, 7, 399, 640])
    settle(service)
    assert_same(service, store)
    assert store.space("clip").vectors == 796


def test_searches_ask_the_index(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    service = serve()
    store = opened(service)
    fill(store)
    settle(service)

    def scan(*_: Any, **__: Any) -> None:
        raise AssertionError("the vectors were scanned")

    scores = rows() @ rows()[5]

    def check(where: str | None, among: np.ndarray[Any, Any]) -> None:
        view = ViewSpec(where=where, search=SearchSpec(space="clip", like=[5], k=10))
        found = store.view(view)
        expected = among[np.argsort(-scores[among], kind="stable")][:10]
        assert found.ids.tolist() == expected.tolist()
        np.testing.assert_allclose(found.scores, scores[expected], atol=1e-6)

    with monkeypatch.context() as without:
        without.setattr("visionlens_jlab.catalog.searches.exact.nearest", scan)
        check(None, np.arange(COUNT))
        check("split = 'val'", np.arange(1, COUNT, 2))
    # None of what the index finds first is allowed: never too few, those allowed are scanned.
    far = np.sort(np.argsort(scores)[:500])
    store.tag(TagRequest(tag="far", ids=far.tolist()))
    settle(service)
    check("tag = 'far'", far)


def test_what_was_committed_meanwhile_is_caught_up(serve: Serve, home: Path) -> None:
    service = serve()
    fill(opened(service), 0, 400)
    settle(service)
    stop(service)
    library = Library(home)  # no index is told
    store = library.open("many")
    fill(store, 350, 100, seed=2)
    store.delete_samples([3, 4])
    library.close()
    again = serve()
    assert_same(again, opened(again))


def test_a_lost_index_is_built_without_embedding(
    serve: Serve, home: Path, config: VectorConfig
) -> None:
    service = serve()
    store = opened(service)
    fill(store)
    settle(service)
    collection = collection_of(store, "clip", DIMENSION)
    service.engine(config.url).drop(collection)
    stop(service)
    shutil.rmtree(home / "datasets" / "many" / "index", ignore_errors=True)
    again = serve()
    assert_same(again, opened(again))


def test_an_index_that_lost_points_gets_them_again(serve: Serve, config: VectorConfig) -> None:
    service = serve()
    store = opened(service)
    fill(store)
    settle(service)
    collection = collection_of(store, "clip", DIMENSION)
    engine = service.engine(config.url)
    engine.delete(collection, np.arange(50, dtype=np.uint32), None)
    engine.upsert(collection, np.array([COUNT + 3], np.uint32), rows(1), None)
    again = serve()
    assert_same(again, opened(again))


def test_a_dataset_older_than_its_index_gets_a_fresh_one(serve: Serve, home: Path) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    stop(service)
    file = home / "datasets" / "many" / "dataset.duckdb"
    shutil.copy(file, home / "older.duckdb")
    service = serve()
    store = opened(service)
    fill(store, 100, 300, seed=1)
    settle(service)
    stop(service)
    shutil.copy(home / "older.duckdb", file)
    again = serve()
    assert_same(again, opened(again))


def test_a_grown_index_is_built_anew(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REBUILD_POINTS", 100)
    service = serve()
    store = opened(service)
    fill(store, 0, 50)
    settle(service)
    for first in range(50, 450, 50):
        fill(store, first, 50, seed=first)
        settle(service)
        assert_same(service, store)
    index = service._indexes[store.uuid, "clip"]
    assert index.built > 50


def test_segments_are_compacted(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "COMPACT_SEGMENTS", 4)
    service = serve()
    store = opened(service)
    for first in range(0, 120, 10):
        fill(store, first, 20, seed=first)
        settle(service)
        assert_same(service, store)
    files, _, _ = store.vector_source("clip")
    assert len(files) <= 5
    ids, vectors = store.segments("clip").read()
    expected = np.concatenate([rows(20, first)[:10] for first in range(0, 120, 10)])
    np.testing.assert_allclose(vectors[np.argsort(ids)][:120], expected, atol=1e-6)


def test_a_deleted_space_loses_its_index(serve: Serve, config: VectorConfig) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    collection = collection_of(store, "clip", DIMENSION)
    store.delete_space("clip")
    settle(service)
    assert service.engine(config.url).info(collection) is None
    # Another model under the same name, of another dimension.
    other = space("clip", dimension=5).model_copy(update={"version": "2"})
    store.add_vectors(other, range(30), np.random.default_rng(0).normal(size=(30, 5)))
    settle(service)
    assert service.ids(store, "clip").tolist() == list(range(30))


def test_a_space_made_again_has_nothing_of_the_old_one(serve: Serve) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 300)
    settle(service)
    store.delete_space("clip")
    fill(store, 200, 300, seed=5)
    settle(service)
    assert_same(service, store)


def test_a_space_deleted_meanwhile_leaves_nothing(
    serve: Serve, home: Path, config: VectorConfig
) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    gone = collection_of(store, "clip", DIMENSION)
    stop(service)
    library = Library(home)
    library.open("many").delete_space("clip")
    library.close()
    again = serve()
    store = opened(again)
    prefix = gone.name.removesuffix("clip")
    assert again.engine(config.url).collections(prefix, gone.folder) == []
    assert not list(gone.folder.glob("*"))


def test_a_space_deleted_while_the_server_is_down_loses_its_index(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 0.2)
    try:
        with qdrant(tmp_path / "own") as url:
            service = serve(VectorConfig(url, KEY))
            store = opened(service)
            fill(store, 0, 100)
            settle(service)
            gone = collection_of(store, "clip", DIMENSION)
            engine = service.engine(url)
            assert [found.name for found in engine.collections(gone.name, gone.folder)]
        store.delete_space("clip")
        settle(service)
        assert "deleted spaces of many stays" in caplog.text
        with qdrant(tmp_path / "own", url):
            while engine.collections(gone.name, gone.folder):
                time.sleep(0.1)
    except UnavailableError as error:
        pytest.skip(f"no Qdrant server: {error}")


def test_files_that_a_kill_left_go_once_no_job_needs_them(serve: Serve, home: Path) -> None:
    folder = home / "datasets" / "many" / "vectors"
    service = serve()
    fill(opened(service), 0, 100)
    kept = set(folder.rglob("*.arrow"))
    strays = [folder / "clip" / "job-00000003.arrow", folder / "gone" / ".one.arrow.partial"]
    strays += [folder / "gone" / "one.npz", folder.with_name("projections") / "a.arrow"]
    for stray in strays:
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"half")
    service._library.state.put_job(
        {"job": "job", "kind": "embed", "dataset": "many", "state": "running"}
    )
    service = serve()
    opened(service)
    assert all(stray.exists() for stray in strays)
    service._library.state.update_job("job", state="done")
    service = serve()
    store = opened(service)
    assert not any(stray.exists() for stray in strays)
    assert set(folder.rglob("*.*")) == kept
    assert_same(service, store)


def test_a_deleted_dataset_leaves_nothing(serve: Serve, config: VectorConfig) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    collection = collection_of(store, "clip", DIMENSION)
    service._library.delete("many")
    settle(service)
    assert service.engine(config.url).info(collection) is None


def test_a_released_dataset_is_free_for_another_server(
    serve: Serve, home: Path, config: VectorConfig
) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    store.release()
    other = VectorService(Library(home), config, costs=FREE)
    try:
        theirs = opened(other)
        fill(theirs, 100, 50, seed=1)
        settle(other)
        assert_same(other, theirs)
    finally:
        stop(other)
    store.info()  # opens it again, and its index
    settle(service)
    assert_same(service, store)


def test_a_search_under_way_survives_the_end_of_the_vector_process(
    serve: Serve, config: VectorConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    if config.url:
        pytest.skip("a server has no vector process")
    service = serve()
    store = opened(service)
    fill(store)
    settle(service)
    engine = service.engine("")
    assert isinstance(engine, EdgeClient)

    def search_and_kill(like: int) -> None:
        """The process stands still until it is killed, so the search is under way for certain."""
        pid = engine.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        spec = ViewSpec(search=SearchSpec(space="clip", like=[like], k=9))
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(store.view, spec)
            while not engine.process._lock.locked():
                time.sleep(0.005)
            time.sleep(0.05)
            assert not found.done()
            os.kill(pid, signal.SIGKILL)
            scores = rows() @ rows()[like]
            assert found.result(60).ids.tolist() == np.argsort(-scores)[:9].tolist()

    starts = engine.process.starts
    for number in range(3):
        search_and_kill(10 * number)
        assert engine.process.starts == starts + number + 1
    assert_same(service, store)
    # Where no process can be had any more the vectors are scanned.
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 3600)
    monkeypatch.setattr(client, "_COMMAND", [sys.executable, "-c", ""])
    search_and_kill(100)
    assert store.space("clip").index == "failed"


def test_where_no_engine_answers_searches_scan(
    serve: Serve, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 3600)
    service = serve(VectorConfig("http://127.0.0.1:9", "secret-key"))
    store = opened(service)
    fill(store, 0, 300)
    settle(service)
    assert store.space("clip").index == "failed"
    found = store.view(ViewSpec(search=SearchSpec(space="clip", like=[5], k=3)))
    assert found.ids[0] == 5 and len(found.ids) == 3
    assert "secret-key" not in caplog.text + repr(service._config)


def test_a_read_only_dataset_is_scanned(serve: Serve, home: Path) -> None:
    service = serve()
    fill(opened(service), 0, 100)
    settle(service)
    stop(service)
    again = serve()
    store = again._library.open("many", read_only=True)
    assert store.space("clip").index == "none"
    found = store.view(ViewSpec(search=SearchSpec(space="clip", like=[5], k=3)))
    assert found.ids[0] == 5


def test_the_outbox_says_what_was_removed(home: Path) -> None:
    library = Library(home)
    store = library.open("many")
    store.delete_samples([2, 3, 4, 9])
    rows = store.sql("SELECT payload FROM outbox ORDER BY sequence DESC LIMIT 1").to_pylist()
    removed = json.loads(rows[0]["payload"])["removed"]
    assert removed == {"samples": [[2, 4], [9, 9]], "annotations": [[2, 4], [9, 9]]}
    assert store.count("samples") == COUNT - 4 and store.count("annotations") == 16
    library.close()
