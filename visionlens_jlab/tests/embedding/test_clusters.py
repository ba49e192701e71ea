"""Clusters of points."""

from __future__ import annotations

import numpy as np
import pytest

from visionlens_jlab.map.projections import clusters as module
from visionlens_jlab.map.projections.clusters import clusters

pytest.importorskip("sklearn", reason="the extra umap is not installed")


def groups(sizes: list[int], dimensions: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Points float32 and the group of each, in random order."""
    random = np.random.default_rng(0)
    of = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = 20 * np.eye(len(sizes), dimensions)
    return (centres[of] + random.normal(size=(len(of), dimensions))).astype(np.float32), of


@pytest.mark.parametrize("dimensions", [2, 3])
def test_groups_are_found_the_largest_first(dimensions: int) -> None:
    points, of = groups([40, 160], dimensions)
    found = clusters(points)
    assert found.dtype == np.int32 and found.max() == 1
    inside = found >= 0
    assert inside.mean() > 0.9
    np.testing.assert_array_equal(found[inside], 1 - of[inside])


def test_of_many_points_a_sample_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    points, of = groups([600, 300])
    monkeypatch.setattr(module, "FITTED", 200)
    found = clusters(points, seed=3)
    inside = found >= 0
    assert inside.mean() > 0.9 and found.max() == 1
    np.testing.assert_array_equal(found[inside], of[inside])
    np.testing.assert_array_equal(clusters(points, seed=3), found)


def test_a_few_points_are_no_cluster() -> None:
    assert clusters(np.zeros((19, 2), np.float32)).tolist() == [-1] * 19
    assert clusters(np.zeros((0, 2), np.float32)).shape == (0,)
