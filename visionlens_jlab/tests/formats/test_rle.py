"""Run lengths against pixels, and against what pycocotools 2.0 gives for the same masks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from visionlens_jlab.core.geometry import rle

PYCOCOTOOLS_RECTANGLE = "j46h00000000000000000000000000000000000000n="
masks = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20))


@given(pixels=masks)
def test_pixels_come_back_from_runs(pixels):
    runs = rle.from_pixels(pixels)
    assert runs.lengths.sum() == pixels.size
    assert (rle.to_pixels(runs) == pixels).all()
    assert runs.area == pixels.sum()


@given(pixels=masks, compress=st.booleans())
def test_json_keeps_the_mask_compressed_or_not(pixels, compress):
    runs = rle.from_pixels(pixels)
    size = list(pixels.shape)
    text = json.dumps({"counts": runs.lengths.tolist(), "size": size}).encode()
    found, complaint = rle.parse(rle.to_json(runs) if compress else text)
    assert complaint is None
    assert found.lengths.tolist() == runs.lengths.tolist()
    assert [found.height, found.width] == size


@given(st.lists(st.integers(0, 1 << 30), min_size=1, max_size=30))
def test_any_run_lengths_survive_compression(lengths):
    runs = np.array(lengths, dtype=np.int64)
    assert rle.uncompressed(rle.compressed(runs)).tolist() == lengths


@given(pixels=masks)
def test_the_box_touches_the_outermost_pixels(pixels):
    box = rle.bounding_box(rle.from_pixels(pixels))
    rows, columns = np.nonzero(pixels)
    if not rows.size:
        assert box is None
        return
    x, y = columns.min(), rows.min()
    assert box == (x, y, columns.max() + 1 - x, rows.max() + 1 - y)


def test_strings_are_those_of_pycocotools():
    pixels = np.zeros((30, 40), dtype=bool)
    pixels[4:10, 5:25] = True
    assert rle.compressed(rle.from_pixels(pixels).lengths) == PYCOCOTOOLS_RECTANGLE
    assert rle.uncompressed(PYCOCOTOOLS_RECTANGLE)[:4].tolist() == [154, 6, 24, 6]


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "{}",
        '{"counts": [1200]}',
        '{"counts": [1200], "size": [30]}',
        '{"counts": [1200], "size": [0, 40]}',
        '{"counts": [1300], "size": [30, 40]}',
        '{"counts": [-1, 1201], "size": [30, 40]}',
        '{"counts": "p", "size": [30, 40]}',
        '{"counts": "#", "size": [30, 40]}',
        '{"counts": "\u00e9", "size": [30, 40]}',
        '{"counts": "ooooooooooo0", "size": [30, 40]}',
        '{"counts": [99999999999999999999], "size": [30, 40]}',
        '{"counts": [9223372036854775807, 9223372036854775807], "size": [30, 40]}',
        '{"counts": [[1]], "size": [30, 40]}',
    ],
)
def test_what_is_no_mask_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        rle.parse(text.encode())


@given(st.text("0123456789:;<=>?@ABCKLMNOPQRSTno", max_size=12))
def test_any_string_is_a_mask_or_an_error(counts):
    text = json.dumps({"counts": counts, "size": [5, 7]}).encode()
    try:
        runs, _ = rle.parse(text)
    except ValueError:
        return
    assert runs.lengths.sum() == 35
    assert rle.to_pixels(runs).shape == (5, 7)


def test_what_is_missing_is_background():
    runs, complaint = rle.parse(b'{"counts": [1, 2], "size": [2, 3]}')
    assert (runs.lengths.tolist(), complaint is None) == ([1, 2, 3], False)
    runs, complaint = rle.parse(b'{"counts": [1, 2, 1], "size": [2, 3]}')
    assert (runs.lengths.tolist(), complaint is None) == ([1, 2, 3], False)
    runs, complaint = rle.parse(b'{"counts": [6]}', (2, 3))
    assert (runs.height, runs.width, complaint is None) == (2, 3, False)


def test_too_many_pixels_are_not_decoded():
    side = 1 << 14
    with pytest.raises(ValueError, match="too large"):
        rle.to_pixels(rle.Runs(np.array([side * side]), side, side))
