"""Clusters of a projection as a field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.map.capability import COORDINATES
from visionlens_jlab.map.job import write_coordinates
from visionlens_jlab.map.shapes import Projection
from visionlens_jlab.map.store.clusters import cluster_names
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

COUNT = 6


@pytest.fixture
def store(library: Library, tmp_path: Path) -> DatasetStore:
    """Samples 0 to 2 hold a car each, 3 to 5 a boat and a person each; two spaces."""
    store = library.create("shop")
    owners = [0, 1, 2, 3, 3, 4, 4, 5, 5]
    labels = ["car"] * 3 + ["boat", "person"] * 3
    annotations = annotations_table(owners, **{"class": labels})
    own = samples_table(0, COUNT)
    store.results.apply(piece(tmp_path, 0, job="in", sample=own, annotation=annotations))
    for level, count in (("samples", COUNT), ("annotations", len(owners))):
        space = EmbeddingSpace(
            space=level, level=level, model="matrix", version="1", dimension=2, created_at=""
        )
        store.part(Embeddings).add(
            space, list(range(count)), np.eye(2, dtype=np.float32)[[0] * count]
        )
    return store


def cluster(
    store: DatasetStore, folder: Path, clusters: dict[int, int], level: Level = "samples"
) -> None:
    """Commit a projection with a cluster for each id."""
    ids = np.arange(COUNT, dtype=np.uint32)
    path = folder / COORDINATES
    write_coordinates(path, ids, np.zeros((COUNT, 2), np.float32))
    projection = Projection(
        projection=f"p{store.version}", space=level, level=level, method="pca", dimensions=2,
        parameters={}, rows=COUNT, created_at="",
    )  # fmt: skip
    table = pa.table(
        {
            "id": pa.array(list(clusters), pa.uint32()),
            "cluster": pa.array(list(clusters.values()), pa.int32()),
        }
    )
    store.results.apply(
        piece(
            folder,
            0,
            job=f"job{store.version}",
            summary={"projection": projection.model_dump(mode="json")},
            files={COORDINATES: path},
            cluster=table,
        )
    )


def values(store: DatasetStore, field: str = "cluster", level: Level = "samples") -> list:
    """The field's value of each id."""
    return store.tables.read(level).column(field).to_pylist()


def test_a_cluster_is_called_after_what_is_in_it(store: DatasetStore, tmp_path: Path) -> None:
    cluster(store, tmp_path, {0: 0, 1: 0, 2: 0, 3: 1, 4: 1})
    assert values(store) == ["car"] * 3 + ["boat, person"] * 2 + [None]
    cluster(store, tmp_path, {4: 0, 5: 0})
    assert values(store) == [None] * 4 + ["boat, person"] * 2


def test_objects_have_clusters_of_their_own(store: DatasetStore, tmp_path: Path) -> None:
    cluster(store, tmp_path, {0: 1, 1: 1, 3: 0, 5: 0}, level="annotations")
    found = values(store, level="annotations")
    assert found == ["car", "car", None, "boat", None, "boat", None, None, None]
    assert "cluster" not in {each.name for each in store.fields() if each.level == "samples"}


def test_a_field_of_the_users_own_is_left_alone(store: DatasetStore, tmp_path: Path) -> None:
    store.set_field("cluster", np.array([0]), pa.array(["mine"]))
    cluster(store, tmp_path, {0: 0, 1: 0})
    assert values(store) == ["mine"] + [None] * 5
    assert values(store, "cluster_") == ["car", "car"] + [None] * 4


def test_without_clusters_there_is_no_field(store: DatasetStore, tmp_path: Path) -> None:
    cluster(store, tmp_path, {})
    assert "cluster" not in {each.name for each in store.fields()}


def test_names() -> None:
    counts = [
        (0, "car", 90),
        (0, "boat", 10),
        (1, "car", 80),
        (2, "car", 5),
        (2, "boat", 60),
        (2, "person", 30),
    ]
    assert cluster_names([0, 1, 2, 3], counts) == {
        0: "car",
        1: "car 2",
        2: "boat, person",
        3: "cluster 1",
    }
    assert cluster_names([0, 1], []) == {0: "cluster 1", 1: "cluster 2"}
