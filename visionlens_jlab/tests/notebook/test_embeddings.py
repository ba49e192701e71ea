"""Vectors of one's own and searches, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES

pytestmark = pytest.mark.own_dataset

ROWS = np.random.default_rng(0).normal(size=(IMAGES, 8)).astype(np.float32)
UNIT = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)


def ranked(target: Any, count: int) -> list[int]:
    """Samples by descending cosine."""
    return np.argsort(-(UNIT @ target), kind="stable")[:count].tolist()


def test_a_matrix_is_added_and_searched(ds: vl.Dataset) -> None:
    made = ds.add_embeddings("mine", ROWS)
    assert (made.space, made.dimension, made.vectors, made.missing) == ("mine", 8, IMAGES, 0)
    found = ds.similar(3, k=5)
    assert found.ids.tolist() == ranked(UNIT[3], 5)
    np.testing.assert_allclose(found.scores, (UNIT @ UNIT[3])[found.ids], atol=1e-6)
    assert found.scores.dtype == np.float32
    assert found.to_pandas().sample_id.tolist() == found.ids.tolist()
    assert ds.similar(ROWS[4] * 9, k=5).ids.tolist() == ranked(UNIT[4], 5)
    assert ds.similar([1, 2, 4], k=4).ids.tolist() == ranked(UNIT[[1, 2, 4]].sum(axis=0), 4)
    assert len(ds.similar(3, k=None)) == IMAGES
    assert ds.similar(3, k=None, threshold=0.999).ids.tolist() == [3]
    assert ds.view().scores is None


def test_a_search_within_a_view(ds: vl.Dataset) -> None:
    ds.add_embeddings("mine", ROWS)
    view = ds.where("sample_id >= 4")
    among = [i for i in ranked(UNIT[3], IMAGES) if i >= 4]
    assert ds.similar(3, k=5, view=view).ids.tolist() == among[:5]
    # Narrowed down afterwards it is the same search among fewer.
    assert ds.similar(3, k=5).where("sample_id >= 4").ids.tolist() == among[:5]
    assert ds.similar(view.sample(3, seed=0), k=2).count() == 2


def test_a_search_as_a_part_of_a_view(ds: vl.Dataset) -> None:
    ds.add_embeddings("mine", ROWS)
    search = {"space": "mine", "like": [1, 2], "unlike": [5], "k": 4}
    found = ds.view("sample_id >= 1", search=search)
    target = UNIT[[1, 2]].sum(axis=0) - UNIT[5]
    assert found.ids.tolist() == [i for i in ranked(target, IMAGES) if i >= 1][:4]
    drawn = ds.view("sample_id < 8", search={"space": "mine", "mode": "diverse", "k": 3})
    assert len(drawn) == 3 and max(drawn.ids) < 8
    with pytest.raises(VisionLensError, match="k: ") as caught:
        ds.view(search={"space": "mine", "k": 0})
    assert caught.value.code == "REQUEST_INVALID"


def test_objects(ds: vl.Dataset) -> None:
    rows = np.random.default_rng(1).normal(size=(ANNOTATIONS, 4))
    ds.add_embeddings("objects", rows, level="annotations")
    found = ds.similar(2, k=3)
    assert found.level == "annotations" and found.ids[0] == 2
    images = ds.similar(2, k=3, space="objects", view=ds.view())
    assert images.level == "samples" and len(images) == 3
    assert images.scores[0] == pytest.approx(1)


def test_some_ids_in_any_order(ds: vl.Dataset) -> None:
    made = ds.add_embeddings("mine", ROWS[[5, 1]], ids=[5, 1])
    assert (made.vectors, made.missing) == (2, IMAGES - 2)
    assert ds.similar(ROWS[5], k=1).ids.tolist() == [5]
    ds.add_embeddings("mine", ROWS[[2]], ids=[5])  # takes its place
    assert ds.similar(ROWS[2], k=1).ids.tolist() == [5]


@pytest.mark.parametrize("kind", ["npy", "parquet", "safetensors"])
def test_files(ds: vl.Dataset, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"vectors.{kind}"
    order = np.arange(IMAGES)[::-1].copy()
    if kind == "npy":
        np.save(path, ROWS.astype(np.float64))
    elif kind == "parquet":
        lists = pa.array(list(ROWS[order]), pa.list_(pa.float32()))
        pq.write_table(pa.table({"sample_id": order, "embedding": lists}), path)
    else:
        save_file = pytest.importorskip("safetensors.numpy").save_file
        save_file({"vectors": ROWS[order].astype(np.float16), "ids": order}, path)
    ds.add_embeddings("file", str(path))
    assert ds.similar(3, k=5).ids.tolist() == ranked(UNIT[3], 5)


@pytest.mark.parametrize(
    ("matrix", "ids", "code", "message"),
    [
        (ROWS[:3], None, "VECTORS_INVALID", "3 rows, but the dataset has 12"),
        (ROWS[:3], [0, 1], "VECTORS_INVALID", "3 rows, but there are 2 ids"),
        (ROWS[0], None, "VECTORS_INVALID", "shape (8,)"),
        (np.where(np.arange(12)[:, None] == 7, 0, ROWS), None, "VECTORS_INVALID", "Row 7"),
        (np.where(np.arange(12)[:, None] == 7, np.nan, ROWS), None, "VECTORS_INVALID", "Row 7"),
        (ROWS[:2], [0, 99], "ID_UNKNOWN", "99"),
        ("nowhere.npy", None, "DIR_NOT_FOUND", "nowhere.npy"),
        (__file__, None, "VECTORS_INVALID", "no .npy"),
    ],
)
def test_a_wrong_matrix_is_told(
    ds: vl.Dataset, matrix: Any, ids: Any, code: str, message: str
) -> None:
    with pytest.raises(VisionLensError) as caught:
        ds.add_embeddings("mine", matrix, ids)
    assert caught.value.code == code and message in caught.value.message
    with pytest.raises(VisionLensError, match="SPACE_NOT_FOUND"):
        ds.similar(1)


def test_what_cannot_be_searched(ds: vl.Dataset) -> None:
    ds.add_embeddings("mine", ROWS[:4], ids=[0, 1, 2, 3])
    for query, space, code in (
        (9, None, "ID_UNKNOWN"),
        ("a red car", None, "TEXT_UNSUPPORTED"),
        (ROWS[0], "other", "SPACE_NOT_FOUND"),
        (ROWS[0][:3], None, "VECTORS_INVALID"),
        ([], None, "REQUEST_INVALID"),
    ):
        with pytest.raises(VisionLensError) as caught:
            ds.similar(query, space=space).ids  # noqa: B018  the view is read
        assert caught.value.code == code
