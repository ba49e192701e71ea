"""Projections and duplicates in a notebook, on a folder opened here and through a server."""

from __future__ import annotations

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES

pytestmark = pytest.mark.own_dataset

ROWS = np.random.default_rng(0).normal(size=(IMAGES, 8)).astype(np.float32)


def test_coordinates_by_id(ds: vl.Dataset) -> None:
    ds.add_embeddings("mine", ROWS[:-2], ids=range(IMAGES - 2))
    points = ds.project(method="pca")
    assert points.shape == (IMAGES, 2) and points.dtype == np.float32
    assert np.isfinite(points[:-2]).all() and np.isnan(points[-2:]).all()
    np.testing.assert_array_equal(ds.project("mine", "pca"), points)  # was there already
    assert ds.project("mine", "pca", dimensions=3).shape == (IMAGES, 3)
    ds.add_embeddings("objects", np.eye(ANNOTATIONS) + 1, level="annotations")
    assert ds.project("objects", "pca").shape == (ANNOTATIONS, 2)
    np.testing.assert_array_equal(ds.project(method="pca"), points)  # samples before objects


@pytest.mark.parametrize(
    ("space", "given", "code"),
    [
        ("none", {}, "SPACE_NOT_FOUND"),
        ("mine", {"n_neighbors": 0}, "REQUEST_INVALID"),
        ("mine", {"perplexity": 3}, "REQUEST_INVALID"),
    ],
)
def test_what_is_wrong_is_said(ds: vl.Dataset, space: str, given: dict, code: str) -> None:
    ds.add_embeddings("mine", ROWS)
    with pytest.raises(VisionLensError) as caught:
        ds.project(space, **given)
    assert caught.value.code == code


def test_groups_as_a_table(ds: vl.Dataset) -> None:
    for kind in ("exact", "near"):
        frame = ds.duplicates(kind=kind)
        assert list(frame.columns[:3]) == ["group", "sample_id", "distance"]
        if len(frame):
            assert frame.groupby("group").best.sum().eq(1).all()
            assert frame.distance.between(0, 1).all()
