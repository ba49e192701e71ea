"""Outlines enclose the pixels of their masks, no more and no less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.geometry.outlines import joined, mask_outline, same_way
from visionlens_jlab.core.geometry.shapes import polygon_area

masks = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(lambda size: arrays(bool, size))


def filled(ring: list[float], height: int, width: int) -> np.ndarray:
    """Pixels whose centres lie inside, by the even-odd rule."""
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    inside = np.zeros((height, width), dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        for row in range(height):
            if (y0 > row + 0.5) != (y1 > row + 0.5):
                x = x0 + (row + 0.5 - y0) / (y1 - y0) * (x1 - x0)
                inside[row] ^= np.arange(width) + 0.5 < x
    return inside


@given(masks)
def test_an_outline_encloses_exactly_the_pixels(pixels: np.ndarray) -> None:
    ring = mask_outline(rle.to_json(rle.from_pixels(pixels)))
    if not pixels.any():
        assert ring is None
        return
    assert ring is not None
    assert polygon_area(ring) == pixels.sum()
    assert np.array_equal(filled(ring, *pixels.shape), pixels)


def test_parts_are_joined_whichever_way_they_run() -> None:
    parts = [
        [0.0, 0.0, 2.0, 0.0, 2.0, 2.0, 0.0, 2.0],
        [4.0, 6.0, 7.0, 6.0, 7.0, 4.0, 4.0, 4.0],
        [5.0, 0.0, 8.0, 0.0, 8.0, 3.0],
    ]
    ring = joined(same_way(parts))
    assert polygon_area(ring) == pytest.approx(4 + 6 + 4.5)
    assert filled(ring, 8, 8).sum() == 4 + 6 + 6
