"""Tiles of large images against a reference that decodes the whole image and reduces it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.media.decode import TRANSPOSE, open_upright
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import OWN, limit_to
from visionlens_jlab.media.pyramids import making, strips
from visionlens_jlab.media.pyramids.layout import TILE, Layout
from visionlens_jlab.media.pyramids.making import Step, make_pyramid
from visionlens_jlab.media.pyramids.pack import read_about, read_place, read_tile
from visionlens_jlab.tests.media.cameras import scene

WIDTH, HEIGHT = 1100, 700
MEAN, MOST = 1.0, 16
"""Tolerance in levels of 255: what JPEG of quality 90 changes in a smooth scene."""


@pytest.fixture(params=["libvips", "pillow"], autouse=True)
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pillow":
        monkeypatch.setattr(strips, "has_libvips", lambda: False)
    else:
        pytest.importorskip("pyvips")
    return str(request.param)


def picture(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    return Image.fromarray((scene(width, height) * 255).astype(np.uint8))


class Made:
    """A pyramid of a file, with the steps that told of it."""

    def __init__(self, path: Path, most_bytes: int = 1 << 30) -> None:
        self.steps: list[Step] = []
        self.file = io.BytesIO()
        with path.open("rb") as image:
            make_pyramid(image, self.file, most_bytes, self.steps.append)
        about = read_about(self.file)
        assert about is not None
        self.about = about

    def tile(self, level: int, column: int, row: int) -> Image.Image | None:
        number = self.about.layout.number(level, column, row)
        assert number is not None
        place = read_place(self.file, self.about, number)
        return Image.open(io.BytesIO(read_tile(self.file, place))) if place[1] else None

    def level(self, level: int) -> Image.Image:
        whole = Image.new("RGBA", self.about.layout.size(level))
        across, down = self.about.layout.grid(level)
        for column in range(across):
            for row in range(down):
                tile = self.tile(level, column, row)
                if tile is not None:
                    whole.paste(tile.convert("RGBA"), (column * TILE, row * TILE))
        return whole


def reference(path: Path, level: int) -> Image.Image:
    with path.open("rb") as file:
        image = open_upright(file)[0].convert("RGBA")
    for _ in range(level):
        image = image.reduce(2)
    return image


def assert_equal(made: Made, path: Path, mean: float = MEAN, most: float = MOST) -> None:
    for level in range(made.about.finest, made.about.layout.levels):
        found, wanted = made.level(level), reference(path, level)
        assert found.size == wanted.size
        difference = np.abs(np.asarray(found, float) - np.asarray(wanted, float))
        assert difference.mean() <= mean and difference.max() <= most, level


@pytest.mark.parametrize(
    "orientation, suffix",
    [
        *((each, "jpg") for each in range(1, 9)),
        *((each, s) for each in (1, 6) for s in ("png", "tif")),
    ],
)
def test_tiles_are_the_image_upright_and_reduced(tmp_path, orientation, suffix):
    path = tmp_path / f"a.{suffix}"
    exif = Image.Exif()
    exif[274] = orientation
    more = {"quality": 95, "subsampling": 0} if suffix == "jpg" else {}
    picture().save(path, exif=exif, **more)
    made = Made(path)
    upright = picture() if orientation == 1 else picture().transpose(TRANSPOSE[orientation])
    assert made.about.layout == upright.size
    assert_equal(made, path)
    numbers = [number for step in made.steps for number, _, _ in step.tiles]
    assert sorted(numbers) == list(range(made.about.layout.tiles))
    assert made.steps[-1].done == 1 and made.steps[-1].region == (0, 0, *upright.size)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_what_a_step_says_is_there_is_there(tmp_path, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    picture(4200, 1600).save(tmp_path / "a.jpg", exif=exif)
    made = Made(tmp_path / "a.jpg")
    layout, there, partial = made.about.layout, set[int](), 0
    for step in made.steps:
        there |= {number for number, _, _ in step.tiles}
        left, top, right, bottom = step.region
        for level in range(layout.levels):
            side = TILE << level
            across, down = layout.grid(level)
            for column in range(across):
                for row in range(down):
                    inside = left <= column * side and right >= min(layout[0], column * side + side)
                    inside &= top <= row * side and bottom >= min(layout[1], row * side + side)
                    if inside or level >= step.coarse:
                        assert layout.number(level, column, row) in there, (step, level)
        partial += right > left and (right - left, bottom - top) != layout
    assert partial > 1
    assert made.steps[0].coarse == layout.levels
    assert made.steps[1].coarse == strips.COARSE  # the whole picture, before the rest


def wide_gamut() -> bytes:
    from visionlens_jlab.tests.media.test_depth import wide_gamut as profile

    return profile()


def _modes(folder: Path) -> Iterator[tuple[Path, str]]:
    rgb = picture()
    grey = rgb.convert("L")
    rgb.convert("CMYK").save(folder / "cmyk.jpg", quality=95, subsampling=0)
    rgb.convert("CMYK").save(folder / "cmyk.tif")
    grey.save(folder / "grey.png")
    grey.save(folder / "grey.jpg", quality=95)
    grey.point(lambda value: 255 * (value > 128), "1").save(folder / "bits.png")
    rgb.quantize(64).save(folder / "palette.png")
    rgb.save(folder / "profile.png", icc_profile=wide_gamut())
    rgb.save(folder / "profile.jpg", icc_profile=wide_gamut(), quality=95, subsampling=0)
    clear = rgb.copy()
    clear.putalpha(grey)
    clear.save(folder / "alpha.png")
    numbers = (np.asarray(grey, np.uint16) * 20 + 1000).astype(np.uint16)
    Image.fromarray(numbers).save(folder / "deep.png")
    Image.fromarray(numbers).save(folder / "deep.tif")
    Image.fromarray(np.asarray(grey, np.float32) / 7).save(folder / "float.tif")
    rgb.save(folder / "a.webp", quality=95)
    rgb.save(folder / "progressive.jpg", progressive=True, quality=95, subsampling=0)
    for path in folder.iterdir():
        yield path, path.suffix


def test_every_mode_is_shown_as_a_whole_image_is(tmp_path):
    for path, _ in _modes(tmp_path):
        # bits and palettes have edges that JPEG blurs, transparency is WebP
        sharp = path.stem in ("bits", "palette", "alpha")
        assert_equal(Made(path), path, *((6, 200) if sharp else (MEAN, MOST)))


def test_a_file_that_ends_early_is_shown_as_far_as_it_goes(tmp_path):
    for suffix in ("jpg", "png"):
        path = tmp_path / f"a.{suffix}"
        noise = np.random.default_rng(0).integers(0, 60, (2600, 700, 3), dtype=np.uint8)
        whole = Image.fromarray(np.asarray(picture(700, 2600)) // 2 + noise)
        whole.save(path, quality=95, subsampling=0)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        made = Made(path)
        assert made.about.damage
        first = made.tile(0, 1, 0)
        assert first is not None
        wanted = whole.crop((TILE, 0, 700, TILE))
        assert np.abs(np.asarray(first, float) - np.asarray(wanted, float)).max() <= 60
        last = np.asarray(made.tile(0, 0, 2), float)  # ends in here
        assert last[:100].std() > 10 and last[-100:].std() == 0
        assert made.tile(made.about.layout.levels - 1, 0, 0) is not None


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("no image")
    with pytest.raises(UnreadableImageError):
        Made(tmp_path / "a.jpg")


def test_more_than_the_cache_may_hold_is_refused(tmp_path):
    picture().save(tmp_path / "a.png")
    with pytest.raises(making.VisionLensError) as caught:
        Made(tmp_path / "a.png", 10_000)
    assert caught.value.code == "DISK_SPACE" and "tile_cache_mb" in str(caught.value.hint)


def test_without_libvips_a_jpeg_beyond_the_memory_is_shown_smaller(tmp_path, decoder, monkeypatch):
    monkeypatch.setattr(OWN, "megabytes", 0)
    monkeypatch.setattr(OWN, "room", OWN.room)
    picture(4000, 3000).save(tmp_path / "a.jpg", quality=95, subsampling=0)
    limit_to(8, lambda: 20_000_000)  # 48 MB whole
    made = Made(tmp_path / "a.jpg")
    assert made.about.finest == (1 if decoder == "pillow" else 0)
    assert made.about.layout == (4000, 3000)
    limit_to(0, sys.maxsize.__int__)
    assert_equal(made, tmp_path / "a.jpg", 1.5, 40)
    limit_to(8, lambda: 20_000_000)
    if decoder == "pillow":
        assert made.about.slower and "visionlens-jlab[tiles]" in made.about.slower
    picture(4000, 3000).save(tmp_path / "a.png")
    if decoder == "pillow":
        with pytest.raises(UnreadableImageError):
            Made(tmp_path / "a.png")
    else:
        assert Made(tmp_path / "a.png").about.finest == 0


@pytest.mark.parametrize("size", [(1, 1), (512, 512), (513, 1), (3, 1025), (70_000, 20)])
def test_layouts_of_any_size(tmp_path, size):
    layout = Layout(*size)
    assert max(layout.size(layout.levels - 1)) <= TILE
    assert layout.levels == 1 or max(layout.size(layout.levels - 2)) > TILE
    numbers = [
        layout.number(level, column, row)
        for level in range(layout.levels)
        for row in range(layout.grid(level)[1])
        for column in range(layout.grid(level)[0])
    ]
    assert numbers == list(range(layout.tiles))
    assert layout.number(layout.levels, 0, 0) is None
    assert layout.number(0, layout.grid(0)[0], 0) is None
    Image.new("RGB", size, "teal").save(tmp_path / "a.png")
    assert_equal(Made(tmp_path / "a.png"), tmp_path / "a.png", 3, 6)


def test_a_file_that_is_no_pyramid_or_a_part_of_one_is_none(tmp_path):
    picture(600, 400).save(tmp_path / "a.png")
    whole = Made(tmp_path / "a.png").file.getvalue()
    about = read_about(io.BytesIO(whole))
    assert about is not None and about.layout == (600, 400)
    for data in (b"", b"short", whole[:-1], whole[1000:], whole[-60:], b"x" * 5000):
        assert read_about(io.BytesIO(data)) is None, len(data)
