"""Clusters that an analysis makes of the newest embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.analysis.store.groups import k_means
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import FacetsRequest, ViewSpec
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table


def around(centres: int, each: int, seed: int = 0) -> np.ndarray:
    """Vectors float32 (centres * each, 16), in turn about each centre."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(centres, 16)) * 4
    apart = rng.normal(size=(each, centres, 16)) * 0.2
    return (places + apart).reshape(-1, 16).astype(np.float32)


def test_what_lies_together_is_one_cluster() -> None:
    vectors = np.concatenate([around(4, 50), around(4, 50)[::4]])
    found = k_means(vectors, 4)
    assert (k_means(vectors, 4) == found).all()
    assert np.bincount(found).tolist() == [100, 50, 50, 50]
    own = [set(found[:200][at::4].tolist()) for at in range(4)]
    assert all(len(one) == 1 for one in own) and len(set.union(*own)) == 4
    assert set(k_means(np.ones((5, 3), np.float32), 2).tolist()) == {0}


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[vl.Dataset]:
    library = Library(tmp_path / "home")
    made = library.create("boxes")
    samples, annotations = samples_table(0, 450), annotations_table(list(range(450)))
    made.results.apply(piece(tmp_path, sample=samples, annotation=annotations))
    library.close()
    dataset = vl.open("boxes", data_dir=tmp_path / "home")
    yield dataset
    dataset.close()


def test_a_field_is_made_once_and_not_unasked(boxes: vl.Dataset) -> None:
    store: DatasetStore = boxes._backend._store
    request = AnalyseRequest(dataset="boxes")
    store.part(Findings).make_clusters(request)
    assert "cluster" not in {field.name for field in store.detail().fields}
    few, many = around(2, 100), around(2, 225)
    boxes.add_embeddings("few", few, np.arange(200))
    store.part(Findings).make_clusters(request)
    boxes.add_embeddings("many", many, np.arange(450))
    store.part(Findings).make_clusters(request.model_copy(update={"space": ""}))
    assert "cluster" not in {field.name for field in store.detail().fields}
    store.part(Findings).make_clusters(request)
    facet = store.facets(FacetsRequest(fields=["cluster"])).facets[0]
    clusters = [one.value for one in facet.values]
    assert len(clusters) == 2
    shown = store.view(ViewSpec(where=f"cluster = '{clusters[0]}'")).ids
    assert len(set((shown % 2).tolist())) == 1 and len(shown) == 225
    version = store.version
    store.part(Findings).make_clusters(request)
    assert store.version == version
    assert store.sql("SELECT cluster FROM samples").num_rows == 450
