from __future__ import annotations

import io
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.crops import Region, crop_image, crop_region

BOX = (300.0, 100.0, 60.0, 40.0)
ORANGE = (255, 128, 0)
TURNS = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}
"""EXIF orientation -> from upright to stored."""


def drawn(path: Path, orientation: int = 1, scale: int = 1) -> Path:
    """A blue image, 640 x 480 (times `scale`) when upright, with `BOX` filled in orange."""
    image = Image.new("RGB", (640 * scale, 480 * scale), (0, 0, 255))
    x, y, w, h = (int(side) * scale for side in BOX)
    image.paste(ORANGE, (x, y, x + w, y + h))
    turn = TURNS[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = image if turn is None else image.transpose(turn)
    stored.save(path, quality=95, exif=exif)
    return path


def crop(path: Path, *box: object, **options: object) -> bytes:
    with path.open("rb") as file:
        return crop_image(file, *box, **options)  # type: ignore[arg-type]


def near(pixel: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 24


@pytest.mark.parametrize("kind", ["jpg", "png"])
@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("long_side", [32, 84, 1000])
def test_the_middle_is_the_box_and_the_edge_is_not(tmp_path, orientation, long_side, kind):
    path = drawn(tmp_path / f"a.{kind}", orientation)
    image = Image.open(io.BytesIO(crop(path, BOX, long_side=long_side)))
    # 60 x 40 and a margin of 12 on each side
    shrink = min(1, long_side / 84)
    assert image.size == (round(84 * shrink), round(64 * shrink))
    assert near(image.getpixel((image.width // 2, image.height // 2)), ORANGE)
    for corner in ((0, 0), (image.width - 1, image.height - 1)):
        assert near(image.getpixel(corner), (0, 0, 255))
    inside = [(20, 20), (63, 43)]
    for x, y in inside:
        assert near(image.getpixel((round(x * shrink), round(y * shrink))), ORANGE)


def test_a_large_jpeg_is_reduced_while_it_is_decoded(tmp_path, monkeypatch):
    path = drawn(tmp_path / "a.jpg", scale=8)
    box = tuple(8 * side for side in BOX)
    sizes = []
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image,
        "resize",
        lambda self, *a, **k: sizes.append(self.size) or resize(self, *a, **k),
    )
    image = Image.open(io.BytesIO(crop(path, box, long_side=84)))
    assert image.size == (84, 64)
    assert near(image.getpixel((42, 32)), ORANGE)
    assert max(sizes[-1]) < 1400


def test_a_file_that_has_another_size_now(tmp_path):
    path = drawn(tmp_path / "a.png", scale=2)
    image = Image.open(io.BytesIO(crop(path, BOX, long_side=84, size=(640, 480))))
    assert near(image.getpixel((42, 32)), ORANGE)
    assert near(image.getpixel((1, 1)), (0, 0, 255))


@pytest.mark.parametrize(
    "box",
    [
        (math.nan, 1.0, 2.0, 3.0),
        (0.0, 0.0, math.inf, 3.0),
        (-1000.0, 0.0, 10.0, 10.0),
        (1e308, 1e308, 1e308, 1e308),
    ],
)
def test_a_box_outside_its_image(tmp_path, box):
    with pytest.raises(VisionLensError) as caught:
        crop(drawn(tmp_path / "a.jpg"), box, long_side=64)
    assert caught.value.code == "IMAGE_MISSING"


def test_huge_and_empty_boxes(tmp_path):
    path = drawn(tmp_path / "a.jpg")
    huge = crop(path, (-1e6, -1e6, 3e6, 3e6), long_side=64)
    assert Image.open(io.BytesIO(huge)).size == (64, 48)
    point = Image.open(io.BytesIO(crop(path, (320.0, 120.0, 0.0, 0.0), long_side=64)))
    assert point.size == (24, 24)
    assert near(point.getpixel((12, 12)), ORANGE)


def test_files_that_are_no_images(tmp_path):
    (tmp_path / "b.jpg").write_bytes(b"<svg/>")
    with pytest.raises(VisionLensError) as caught:
        crop(tmp_path / "b.jpg", BOX, long_side=64)
    assert caught.value.code == "IMAGE_UNREADABLE"


def test_the_region_grows_to_the_aspect_and_stays_inside():
    # the same numbers are in src/core/components/__tests__/placement.spec.ts
    assert crop_region(BOX, 640, 480) == Region(288, 88, 372, 152)
    assert crop_region(BOX, 640, 480, 2.0) == Region(266, 88, 394, 152)
    assert crop_region(BOX, 640, 480, 0.5) == Region(288, 36, 372, 204)
    assert crop_region((600.5, 10.0, 30.0, 8.0), 640, 480, 4 / 3) == Region(594, 0, 637, 30)


finite = st.floats(-1e4, 1e4)
positive = st.floats(0, 1e4)


@given(st.tuples(finite, finite, positive, positive), st.floats(0.1, 10))
def test_a_region_holds_what_of_its_box_lies_in_the_image(box, aspect):
    region = crop_region(box, 640, 480, aspect)
    x, y, w, h = box
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, 640), min(y + h, 480)
    if left < right and top < bottom:
        assert region is not None
    if region is not None:
        assert 0 <= region.left < region.right <= 640
        assert 0 <= region.top < region.bottom <= 480
        if left < right and top < bottom:
            assert region.left <= left + 1e-6 and region.right >= right - 1e-6
            assert region.top <= top + 1e-6 and region.bottom >= bottom - 1e-6
