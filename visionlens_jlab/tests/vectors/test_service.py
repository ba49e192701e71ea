"""The index follows the dataset, whatever happens; and searches do without it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SearchSpec, TagRequest, ViewSpec
from visionlens_jlab.embeddings.index import client, upkeep
from visionlens_jlab.embeddings.index import service as service_module
from visionlens_jlab.embeddings.index.client import EdgeClient
from visionlens_jlab.embeddings.index.places import VectorConfig, collection_of
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.vectors.serving import (
    COUNT,
    DIMENSION,
    Serve,
    assert_same,
    fill,
    opened,
    rows,
    settle,
    stop,
)


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
    assert store.part(Embeddings).read("clip").vectors == 796


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
        without.setattr("visionlens_jlab.embeddings.store.searches.exact.nearest", scan)
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
    files, _, _ = store.part(Embeddings).source("clip")
    assert len(files) <= 5
    ids, vectors = store.part(Embeddings).segments("clip").read()
    expected = np.concatenate([rows(20, first)[:10] for first in range(0, 120, 10)])
    np.testing.assert_allclose(vectors[np.argsort(ids)][:120], expected, atol=1e-6)


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
    assert store.part(Embeddings).read("clip").index == "failed"


def test_where_no_engine_answers_searches_scan(
    serve: Serve, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 3600)
    service = serve(VectorConfig("http://127.0.0.1:9", "secret-key"))
    store = opened(service)
    fill(store, 0, 300)
    settle(service)
    assert store.part(Embeddings).read("clip").index == "failed"
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
    assert store.part(Embeddings).read("clip").index == "none"
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
