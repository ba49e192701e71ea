"""What a search index promises, for the embedded engine and for a real Qdrant server alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.embeddings.index.base import (
    BuildCancelled,
    Collection,
    IndexInfo,
    Source,
    VectorStore,
    VectorStoreError,
)
from visionlens_jlab.embeddings.index.client import EdgeClient
from visionlens_jlab.embeddings.vectors.exact import nearest
from visionlens_jlab.embeddings.vectors.segment_files import read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments, unit, write_segment

DIMENSION = 24
COUNT = 3000


@pytest.fixture
def collection(folder: Path) -> Collection:
    """A collection that no other test uses."""
    return Collection(f"visionlens-{uuid.uuid4()}-clip", DIMENSION, folder / "index", "clip")


def rows(count: int = COUNT, seed: int = 0) -> np.ndarray[Any, Any]:
    """Random unit vectors."""
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSION)))


def source(folder: Path, count: int = COUNT) -> Source:
    """A segment of ids from 0."""
    path = folder / "one.arrow"
    write_segment(path, np.arange(count), rows(count))
    return Source([path])


def exact(target: Any, k: int) -> list[int]:
    """What an exact scan finds."""
    return np.argsort(-(rows() @ target), kind="stable")[:k].tolist()


def test_nothing_there(store: VectorStore, collection: Collection) -> None:
    assert store.info(collection) is None
    with pytest.raises(VectorStoreError):
        store.search(collection, rows(1)[0], 3)
    store.drop(collection)
    store.release(collection)


def test_build_and_search(store: VectorStore, collection: Collection, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    store.build(collection, source(folder), 17, progress=lambda *at: seen.append(at))
    assert seen[-1] == (COUNT, COUNT)
    assert store.info(collection) == IndexInfo(17, COUNT, COUNT)
    assert store.ids(collection).tolist() == list(range(COUNT))
    ids, scores = store.search(collection, rows()[5], 10)
    assert ids[0] == 5 and scores[0] == pytest.approx(1, abs=1e-5)
    assert ids.dtype == np.uint32 and (np.diff(scores) <= 0).all()
    np.testing.assert_allclose(scores, rows()[ids] @ rows()[5], atol=1e-5)


def test_recall(store: VectorStore, collection: Collection, folder: Path) -> None:
    store.build(collection, source(folder), 1)
    targets = rows(20, seed=9)
    found = [set(store.search(collection, target, 50)[0].tolist()) for target in targets]
    hits = [len(some & set(exact(target, 50))) for some, target in zip(found, targets, strict=True)]
    assert sum(hits) >= 0.98 * 50 * len(targets)


def test_threshold(store: VectorStore, collection: Collection, folder: Path) -> None:
    store.build(collection, source(folder), 1)
    ids, scores = store.search(collection, rows()[5], COUNT, threshold=0.5)
    assert set(ids.tolist()) == set(np.flatnonzero(rows() @ rows()[5] >= 0.5).tolist())
    assert (scores >= 0.5).all()


def test_the_indexes_of_a_dataset(store: VectorStore, collection: Collection, folder: Path) -> None:
    prefix = collection.name.removesuffix("clip")
    assert store.collections(prefix, collection.folder) == []
    other = replace(collection, name=f"{prefix}other", stem="other")
    for made in (collection, other):
        store.build(made, source(folder, 50), 1)
        store.build(made, source(folder, 60), 2)
    found = store.collections(prefix, collection.folder)
    assert [(one.name, one.stem) for one in found] == [
        (collection.name, "clip"),
        (other.name, "other"),
    ]
    store.drop(found[0])
    assert store.info(collection) is None
    assert store.collections(prefix, collection.folder) == found[1:]


def test_upsert_and_delete(store: VectorStore, collection: Collection, folder: Path) -> None:
    store.build(collection, source(folder), 1)
    target = rows(1, seed=3)[0]
    store.upsert(collection, np.array([8, COUNT + 5], np.uint32), np.stack([target, target]), 2)
    assert store.info(collection) == IndexInfo(2, COUNT + 1, COUNT)
    ids, _ = store.search(collection, target, 2)
    assert sorted(ids.tolist()) == [8, COUNT + 5]
    store.delete(collection, np.array([8, 1, 99_999], np.uint32), None)
    assert store.info(collection) == IndexInfo(2, COUNT - 1, COUNT)
    store.delete(collection, np.array([8], np.uint32), 3)
    assert store.info(collection) == IndexInfo(3, COUNT - 1, COUNT)
    assert store.search(collection, target, 1)[0].tolist() == [COUNT + 5]


def test_many_upserts(store: VectorStore, collection: Collection, folder: Path) -> None:
    store.build(collection, source(folder, 10), 1)
    store.upsert(collection, np.arange(COUNT, dtype=np.uint32), rows(), 4)
    assert store.info(collection) == IndexInfo(4, COUNT, 10)
    assert store.ids(collection).tolist() == list(range(COUNT))


def test_only_what_counts_is_built(
    store: VectorStore, collection: Collection, folder: Path
) -> None:
    write_segment(folder / "a.arrow", np.arange(100), rows(100))
    write_segment(folder / "b.arrow", np.array([4, 50]), rows(2, seed=8))
    existing = np.ones(90, bool)
    existing[10] = False
    files = [folder / "a.arrow", folder / "b.arrow"]
    store.build(collection, Source(files, existing), 1)
    assert store.ids(collection).tolist() == [i for i in range(90) if i != 10]
    assert store.search(collection, rows(2, seed=8)[1], 1)[0].tolist() == [50]
    parts = [part for file in files for part in read_parts(file, DIMENSION)]
    segments = Segments(parts, DIMENSION, existing)
    target = rows(1, seed=4)[0]
    expected, scores = nearest(segments, target, 20)
    ids, found = store.search(collection, target, 20)
    assert ids.tolist() == expected.tolist()
    np.testing.assert_allclose(found, scores, atol=1e-5)


def test_a_restart_finds_what_was_there(
    make_store: Callable[[], VectorStore], collection: Collection, folder: Path
) -> None:
    first = make_store()
    first.build(collection, source(folder), 5)
    first.upsert(collection, np.array([COUNT], np.uint32), rows(1, seed=3), 6)
    first.close()
    second = make_store()
    assert second.info(collection) == IndexInfo(6, COUNT + 1, COUNT)
    assert second.search(collection, rows(1, seed=3)[0], 1)[0].tolist() == [COUNT]


def test_a_fresh_index_is_swapped_in(
    store: VectorStore, collection: Collection, folder: Path
) -> None:
    store.build(collection, source(folder), 1)
    store.search(collection, rows()[0], 1)
    write_segment(folder / "two.arrow", np.arange(50), rows(50, seed=5))
    asked: list[int] = []
    store.build(
        collection,
        Source([folder / "two.arrow"]),
        9,
        progress=lambda *_: asked.append(len(store.search(collection, rows()[0], 5)[0])),
    )
    # The old one answered meanwhile.
    assert asked and set(asked) == {5}
    assert store.info(collection) == IndexInfo(9, 50, 50)
    assert store.search(collection, rows(50, seed=5)[3], 1)[0].tolist() == [3]


def test_a_stopped_build_changes_nothing(
    store: VectorStore, collection: Collection, folder: Path
) -> None:
    store.build(collection, source(folder, 100), 1)

    def stop(*_: int) -> None:
        raise BuildCancelled

    with pytest.raises(BuildCancelled):
        store.build(collection, source(folder), 2, progress=stop)
    assert store.info(collection) == IndexInfo(1, 100, 100)
    store.build(collection, source(folder), 3)
    assert store.info(collection) == IndexInfo(3, COUNT, COUNT)


def test_a_build_from_what_is_no_segment_fails(
    store: VectorStore, collection: Collection, folder: Path
) -> None:
    (folder / "x.arrow").write_bytes(b"nonsense")
    with pytest.raises(VectorStoreError, match=r"x\.arrow"):
        store.build(collection, Source([folder / "x.arrow"]), 1)
    assert store.info(collection) is None


def test_an_unfinished_index_of_another_builder_is_not_touched_by_the_next(
    collection: Collection, folder: Path
) -> None:
    pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
    store = EdgeClient()
    try:
        # What a builder is at that outlived its killed server.
        (collection.folder / "clip.4").mkdir(parents=True)
        store.build(collection, source(folder, 100), 1)
        assert (collection.folder / "clip.5.json").exists()
        assert (collection.folder / "clip.4").exists()
        assert store.info(collection) == IndexInfo(1, 100, 100)
        assert not (collection.folder / "clip.4").exists()
    finally:
        store.close()


def test_drop(store: VectorStore, collection: Collection, folder: Path) -> None:
    store.build(collection, source(folder, 100), 1)
    store.drop(collection)
    assert store.info(collection) is None
    assert not list(folder.glob("index/*"))
    store.build(collection, source(folder, 100), 1)
    assert store.info(collection) is not None


def test_another_dimension_is_another_index(
    store: VectorStore, collection: Collection, folder: Path
) -> None:
    store.build(collection, source(folder, 100), 1)
    wider = Collection(collection.name, DIMENSION + 1, collection.folder, collection.stem)
    assert store.info(wider) is None
    path = folder / "wide.arrow"
    write_segment(path, np.arange(20), np.random.default_rng(0).normal(size=(20, DIMENSION + 1)))
    store.build(wider, Source([path]), 2)
    assert store.info(wider) == IndexInfo(2, 20, 20)
