"""Searches in views: what is found, in which order, and that all parts of a view agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import (
    FacetsRequest,
    SearchSpec,
    SortKey,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table
from visionlens_jlab.tests.catalog.test_embeddings import space

DIMENSION = 8
SAMPLES = 40
"""Each with two ground-truth objects (ids 2i and 2i + 1), the second a person."""


@pytest.fixture
def searched(library: Library, tmp_path: Path) -> DatasetStore:
    """Samples with vectors (all but the last), objects with vectors of a second space."""
    store = library.create("searched")
    owners = [i for i in range(SAMPLES) for _ in range(2)]
    store.results.apply(
        piece(
            tmp_path,
            sample=samples_table(0, SAMPLES, split=["train", "val"] * (SAMPLES // 2)),
            annotation=annotations_table(owners, **{"class": ["car", "person"] * SAMPLES}),
        )
    )
    store.part(Embeddings).add(
        space("images", dimension=DIMENSION), range(SAMPLES - 1), rows(SAMPLES - 1)
    )
    store.part(Embeddings).add(
        space("objects", "annotations", DIMENSION), range(2 * SAMPLES), rows(2 * SAMPLES, 1)
    )
    return store


def rows(count: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """Random rows of unit length."""
    made = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def spec(where: str | None = None, *, level: Any = "samples", **search: Any) -> ViewSpec:
    """A view that searches the space `images`."""
    return ViewSpec(level=level, where=where, search=SearchSpec(**{"space": "images", **search}))


def ranked(target: np.ndarray[Any, Any], among: list[int]) -> list[int]:
    """Samples by descending cosine with `target`."""
    scores = rows(SAMPLES - 1) @ (target / np.linalg.norm(target))
    return sorted((i for i in among if i < SAMPLES - 1), key=lambda i: (-scores[i], i))


def code(call: Any, *args: Any) -> str:
    """The code of the error that a call raises."""
    with pytest.raises(VisionLensError) as caught:
        call(*args)
    return caught.value.code


def test_similar_by_descending_score(searched: DatasetStore) -> None:
    view = searched.view(spec(like=[3], k=10))
    assert view.ids.tolist() == ranked(rows(39)[3], list(range(40)))[:10]
    assert view.ids[0] == 3 and view.scores is not None
    np.testing.assert_allclose(view.scores, (rows(39) @ rows(39)[3])[view.ids], atol=1e-6)
    assert view.scores.dtype == np.float32 and not view.scores.flags.writeable
    assert view.total == SAMPLES
    assert searched.view(ViewSpec()).scores is None


def test_the_filter_comes_first(searched: DatasetStore) -> None:
    view = searched.view(spec("split = 'val'", like=[3], k=10))
    among = [i for i in range(SAMPLES) if i % 2]
    assert view.ids.tolist() == ranked(rows(39)[3], among)[:10]
    # Also where fewer are left than were asked for.
    few = searched.view(spec("sample_id < 5", like=[3], k=10))
    assert few.ids.tolist() == ranked(rows(39)[3], [0, 1, 2, 3, 4])
    assert searched.view(spec("sample_id = 39", like=[3])).ids.tolist() == []


def test_examples_weights_and_queries(searched: DatasetStore) -> None:
    text = searched.part(Embeddings).put_query(
        "images", 5 * rows(1, 7)[0], kind="text", text="a car"
    )
    vectors = rows(39)
    target = vectors[1] + vectors[2] - vectors[5] + 2.5 * rows(1, 7)[0]
    view = searched.view(spec(like=[1, 2], unlike=[5], queries=[text], weights=[2.5], k=None))
    assert view.ids.tolist() == ranked(target, list(range(40)))
    assert view.scores is not None and view.scores[0] > view.scores[-1]
    plain = searched.view(spec(queries=[text], k=None))
    assert plain.ids.tolist() == ranked(rows(1, 7)[0], list(range(40)))
    away = searched.view(spec(queries=[text], weights=[-1], k=None))
    assert away.ids.tolist() == plain.ids.tolist()[::-1]


def test_threshold(searched: DatasetStore) -> None:
    scores = rows(39) @ rows(39)[3]
    view = searched.view(spec(like=[3], k=None, threshold=0.2))
    assert sorted(view.ids.tolist()) == np.flatnonzero(scores >= 0.2).tolist()
    both = searched.view(spec(like=[3], k=2, threshold=0.2))
    assert both.ids.tolist() == view.ids.tolist()[:2]


def test_a_sort_takes_the_place_of_the_score(searched: DatasetStore) -> None:
    found = spec(like=[3], k=5)
    by_name = found.model_copy(update={"sort": [SortKey(field="filename", descending=True)]})
    view, plain = searched.view(by_name), searched.view(found)
    assert view.ids.tolist() == sorted(plain.ids.tolist(), reverse=True)
    assert view.scores is not None and plain.scores is not None
    of = dict(zip(plain.ids.tolist(), plain.scores.tolist(), strict=True))
    assert view.scores.tolist() == [of[i] for i in view.ids.tolist()]


def test_images_of_the_objects_found(searched: DatasetStore) -> None:
    scores = rows(80, 1) @ rows(80, 1)[9]
    view = searched.view(spec(space="objects", like=[9], k=6))
    best = np.maximum(scores[0::2], scores[1::2])
    assert view.ids.tolist() == np.argsort(-best, kind="stable")[:6].tolist()
    assert view.scores is not None
    np.testing.assert_allclose(view.scores, best[view.ids], atol=1e-6)
    # The objects found are the view's annotations.
    objects = searched.tables.read("annotations", spec=spec(space="objects", like=[9], k=6))
    found = objects.column("annotation_id").to_pylist()
    worst = min(best[view.ids])
    assert sorted(found) == np.flatnonzero(scores >= worst - 1e-6).tolist()
    tiles = searched.tiles(spec(space="objects", like=[9], k=6), view.ids)
    marked = [
        id_
        for tile in tiles.tiles
        for id_, matching in zip(tile.annotation_ids, tile.matching, strict=True)
        if matching
    ]
    assert sorted(marked) == sorted(found)


def test_a_filter_on_objects_narrows_the_objects_searched(searched: DatasetStore) -> None:
    given = spec("class = 'person'", space="objects", like=[9], k=6)
    scores = (rows(80, 1) @ rows(80, 1)[9])[1::2]
    view = searched.view(given)
    assert view.ids.tolist() == np.argsort(-scores, kind="stable")[:6].tolist()
    objects = searched.tables.read("annotations", spec=given).column("annotation_id").to_pylist()
    assert objects == [2 * i + 1 for i in view.ids.tolist()]


def test_objects_found_and_objects_of_images_found(searched: DatasetStore) -> None:
    scores = rows(80, 1) @ rows(80, 1)[9]
    view = searched.view(spec(level="annotations", space="objects", like=[9], k=6))
    assert view.ids.tolist() == np.argsort(-scores, kind="stable")[:6].tolist()
    of_images = searched.view(spec("class = 'car'", level="annotations", like=[3], k=4))
    assert of_images.ids.tolist() == [2 * i for i in ranked(rows(39)[3], list(range(40)))[:4]]
    assert of_images.scores is not None and of_images.scores[0] == pytest.approx(1)


@pytest.mark.parametrize("mode", ["diverse", "outliers"])
def test_samples_of_the_view(searched: DatasetStore, mode: str) -> None:
    view = searched.view(spec("split = 'train'", mode=mode, k=7))
    assert len(set(view.ids.tolist())) == 7 and not (view.ids % 2).any()
    assert view.scores is not None and (np.diff(view.scores) <= 1e-6).all()


def test_an_outlier_is_found(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    store.results.apply(piece(tmp_path, sample=samples_table(0, 30)))
    close = np.ones((30, DIMENSION)) + 0.01 * rows(30)
    close[17] = -close[17]
    store.part(Embeddings).add(space("images", dimension=DIMENSION), range(30), close)
    outliers = store.view(spec(mode="outliers", k=3))
    assert outliers.ids[0] == 17 and outliers.scores is not None
    assert outliers.scores[0] > 1.9 and outliers.scores[1] < 0.1
    assert set(store.view(spec(mode="diverse", k=2)).ids.tolist()) >= {17}


def test_every_part_of_a_view_agrees(searched: DatasetStore) -> None:
    given = spec("split = 'val'", like=[3], k=10)
    ids = searched.view(given).ids.tolist()
    facets = searched.facets(FacetsRequest(view=given, fields=["split", "class", "filename"]))
    assert facets.count == 10
    counts = {f.field: {v.value: v.samples for v in f.values} for f in facets.facets}
    assert counts["class"] == {"car": 10, "person": 10}
    # Under all conditions but its own: ten among both splits.
    assert sum(counts["split"].values()) == 10 and set(counts["split"]) == {"train", "val"}
    assert searched.tables.read("samples", spec=given).column("sample_id").to_pylist() == ids
    assert [tile.id for tile in searched.tiles(given, ids).tiles] == ids
    assert searched.tag(TagRequest(tag="found", view=given)).changed == 10
    assert sorted(searched.view(ViewSpec(where="tag = 'found'")).ids.tolist()) == sorted(ids)
    searched.save_view("like three", given)
    (saved,) = searched.saved_views()
    assert searched.view(saved.view).ids.tolist() == ids


def test_with_sql(searched: DatasetStore) -> None:
    given = spec(like=[3], k=5).model_copy(
        update={"sql": "SELECT sample_id FROM samples WHERE sample_id % 3 = 0"}
    )
    among = [i for i in range(SAMPLES) if i % 3 == 0]
    assert searched.view(given).ids.tolist() == ranked(rows(39)[3], among)[:5]
    of_objects = given.model_copy(
        update={"sql": "SELECT annotation_id FROM annotations WHERE annotation_id % 6 = 0"}
    )
    view = searched.view(of_objects)
    assert view.ids.tolist() == ranked(rows(39)[3], among)[:5]
    objects = (
        searched.tables.read("annotations", spec=of_objects).column("annotation_id").to_pylist()
    )
    assert objects == [2 * i for i in view.ids.tolist()]


def test_what_cannot_be_searched(searched: DatasetStore) -> None:
    assert code(searched.view, spec(space="nothing", like=[1])) == "SPACE_NOT_FOUND"
    assert code(searched.view, spec()) == "REQUEST_INVALID"
    assert code(searched.view, spec(like=[39])) == "ID_UNKNOWN"
    assert code(searched.view, spec(like=[2**40])) == "ID_UNKNOWN"
    assert code(searched.view, spec(like=[1], unlike=[1])) == "REQUEST_INVALID"
    assert code(searched.view, spec(queries=["x"])) == "QUERY_NOT_FOUND"
    assert code(searched.view, spec(like=[1], weights=[1.0])) == "REQUEST_INVALID"
    assert code(searched.view, spec("nonsense = 1", like=[1])) == "FIELD_UNKNOWN"
