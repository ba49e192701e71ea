from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.core.geometry.shapes import (
    bounding_box,
    moved_geometry,
    scale_move,
    upright_boxes,
    upright_move,
)
from visionlens_jlab.media.decode import TRANSPOSE
from visionlens_jlab.media.headers import upright_size


@pytest.mark.parametrize("orientation", range(1, 9))
@given(data=st.data())
def test_boxes_move_as_pixels_do(orientation, data):
    width, height = data.draw(st.tuples(st.integers(2, 12), st.integers(2, 12)))
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y))
    pixels = np.zeros((height, width), dtype=np.uint8)
    pixels[y : y + h, x : x + w] = 255
    image = Image.fromarray(pixels)
    if orientation in TRANSPOSE:
        image = image.transpose(TRANSPOSE[orientation])
    left, top, right, bottom = image.getbbox()
    box = np.array([[x, y, w, h]], dtype=np.float64)
    moved = upright_boxes(box, orientation, width, height)[0].tolist()
    assert moved == [left, top, right - left, bottom - top]
    assert image.size == upright_size(width, height, orientation)


def test_shapes_move_point_by_point():
    move = upright_move(6, 40, 30)
    polygon = json.loads(moved_geometry("polygon", b"[[0,0,40,0,40,30]]", move))
    assert polygon == [[30, 0, 30, 40, 0, 40]]
    points = json.loads(moved_geometry("keypoints", b"[40,30,2,0,0,0]", move))
    assert points == [0, 40, 2, 0, 0, 0]
    assert json.loads(moved_geometry("oriented_box", b"[[0.5,0.5]]", scale_move(40, 30))) == [
        [20, 15]
    ]


def test_bounding_box():
    assert bounding_box([[1, 2, 5, 2], [0.5, 9]]) == (0.5, 2, 4.5, 7)
    assert bounding_box([]) is None
