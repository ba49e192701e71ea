"""What is deleted, released or left by a kill: its index goes, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.index import service as service_module
from visionlens_jlab.embeddings.index.places import VectorConfig, collection_of
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.catalog.test_embeddings import space
from visionlens_jlab.tests.vectors.conftest import FREE
from visionlens_jlab.tests.vectors.qdrant_server import KEY, UnavailableError, qdrant
from visionlens_jlab.tests.vectors.serving import (
    DIMENSION,
    Serve,
    assert_same,
    fill,
    opened,
    settle,
    stop,
)


def test_a_deleted_space_loses_its_index(serve: Serve, config: VectorConfig) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 100)
    settle(service)
    collection = collection_of(store, "clip", DIMENSION)
    store.part(Embeddings).delete("clip")
    settle(service)
    assert service.engine(config.url).info(collection) is None
    # Another model under the same name, of another dimension.
    other = space("clip", dimension=5).model_copy(update={"version": "2"})
    store.part(Embeddings).add(other, range(30), np.random.default_rng(0).normal(size=(30, 5)))
    settle(service)
    assert service.ids(store, "clip").tolist() == list(range(30))


def test_a_space_made_again_has_nothing_of_the_old_one(serve: Serve) -> None:
    service = serve()
    store = opened(service)
    fill(store, 0, 300)
    settle(service)
    store.part(Embeddings).delete("clip")
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
    library.open("many").part(Embeddings).delete("clip")
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
        store.part(Embeddings).delete("clip")
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
