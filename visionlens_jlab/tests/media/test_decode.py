from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps

from visionlens_jlab.media import decode, header_reader, memory
from visionlens_jlab.media.decode import displayable, flattened, open_upright
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import TooLargeImageError


def encoded(image: Image.Image, kind: str = "PNG", **options) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def noise(size=(64, 48)) -> Image.Image:
    pixels = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_exif_says(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = encoded(noise(), kind, exif=exif)
    with Image.open(file) as reference:
        expected = ImageOps.exif_transpose(reference).convert("RGB")
    file.seek(0)
    shown, header, damage = open_upright(file)
    assert (header.orientation, damage) == (orientation, None)
    assert np.array_equal(np.asarray(shown), np.asarray(expected))


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "La", "RGBa"]
)
def test_every_mode_can_be_shown(mode):
    shown = displayable(Image.new(mode, (8, 6)))
    assert shown.mode in ("RGB", "RGBA")
    assert flattened(shown).mode == "RGB"


def test_transparency_lies_on_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert flattened(clear).getpixel((0, 0)) == (255, 255, 255)
    palette = Image.new("P", (4, 4))
    palette.info["transparency"] = 0
    assert displayable(palette).mode == "RGBA"


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_more_than_8_bits_are_stretched(kind):
    values = np.linspace(1000, 3000, 64 * 64).reshape(64, 64).astype(kind)
    shown = np.asarray(displayable(Image.fromarray(values)))[:, :, 0]
    assert shown.min() == 0
    assert shown.max() == 255
    assert (np.diff(shown.reshape(-1).astype(int)) >= 0).all()


def test_flat_and_infinite_values_are_no_trouble():
    assert np.asarray(displayable(Image.fromarray(np.full((4, 4), 7, np.uint16)))).max() == 0
    values = np.array([[0, np.inf], [np.nan, 1]], dtype=np.float32)
    assert displayable(Image.fromarray(values)).size == (2, 2)


@given(width=st.integers(1, 600), height=st.integers(1, 600))
def test_the_long_side_is_kept_small(width, height):
    file = encoded(Image.new("RGB", (width, height)), "BMP")
    shown, _, _ = open_upright(file, 64)
    assert max(shown.size) == min(64, max(width, height))


def test_a_truncated_jpeg_is_shown_in_part():
    data = encoded(noise((256, 256)), "JPEG", quality=95).getvalue()
    switch = ImageFile.LOAD_TRUNCATED_IMAGES
    shown, _, damage = open_upright(io.BytesIO(data[: len(data) // 2]), 128)
    assert "truncated" in damage
    assert shown.size == (128, 128)
    assert np.asarray(shown)[:40].std() > 5
    assert switch == ImageFile.LOAD_TRUNCATED_IMAGES


def test_too_many_pixels_are_refused_before_decoding(monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 1000)
    with pytest.raises(UnreadableImageError, match="too many"):
        open_upright(encoded(noise()))
    large = encoded(Image.new("RGB", (240, 240)), "JPEG")
    assert open_upright(large, 8)[0].size == (8, 8)


def test_what_is_no_image_says_so():
    with pytest.raises(UnreadableImageError, match="known format"):
        open_upright(io.BytesIO(b"hello"))
    data = encoded(noise(), "PNG").getvalue()
    with pytest.raises(UnreadableImageError):
        open_upright(io.BytesIO(data[:40]))


@pytest.mark.parametrize(
    "mode", ["L", "RGB", "P", "PA", "I;16", "I", "F", "1", "LA", "RGBA", "CMYK"]
)
def test_few_pixels_of_a_large_image_get_colours(mode, monkeypatch):
    seen = []
    monkeypatch.setattr(decode, "SHOWN_PIXELS", 1_000)
    monkeypatch.setattr(
        decode, "displayable", lambda image, *how: seen.append(image) or displayable(image, *how)
    )
    large = Image.new(mode, (90, 60))
    monkeypatch.setattr(decode, "open_image", lambda file, by_layer: large)
    shown, _, _ = open_upright(io.BytesIO(), 10)
    assert seen[0].width * seen[0].height <= 1_000
    assert shown.size == (10, 7)


class TestMemory:
    """A process that has a megabyte for images of 640 x 480 pixels: 1.2 MB in colour."""

    @pytest.fixture(autouse=True)
    def limited(self, monkeypatch):
        monkeypatch.setattr(memory, "OWN", memory.Memory(1, lambda: 1 << 20))
        for module in (decode, header_reader):
            monkeypatch.setattr(module, "OWN", memory.OWN)

    @pytest.mark.parametrize("kind", ["PNG", "PPM", "TIFF", "BMP", "WEBP", "AVIF", "JPEG2000"])
    @pytest.mark.parametrize("long_side", [None, 64])
    def test_what_takes_more_is_refused_before_it_is_taken(self, kind, long_side, monkeypatch):
        file = encoded(noise((640, 480)), kind)
        monkeypatch.setattr(ImageFile.ImageFile, "load", None)
        with pytest.raises(TooLargeImageError, match="640 x 480 pixels take more than the 1 MiB"):
            open_upright(file, long_side)

    def test_it_says_what_to_do(self):
        with pytest.raises(UnreadableImageError, match=r"smaller or as JPEG.*decode_memory_mb"):
            open_upright(encoded(noise((640, 480))))

    def test_a_jpeg_is_decoded_as_small_as_it_must_be(self):
        assert open_upright(encoded(noise((640, 480)), "JPEG"))[0].size == (320, 240)
        assert open_upright(encoded(noise((1800, 1500)), "JPEG"))[0].size == (450, 375)
        with pytest.raises(TooLargeImageError):
            open_upright(encoded(noise((5000, 5000)), "JPEG"))

    def test_a_progressive_one_is_held_whole(self):
        file = encoded(noise((640, 480)), "JPEG", progressive=True, subsampling=0)
        with pytest.raises(TooLargeImageError):
            open_upright(file, 16)
        small = encoded(noise((300, 300)), "JPEG", progressive=True, subsampling=2)
        assert open_upright(small)[0].size == (300, 300)

    def test_one_that_takes_more_than_it_seemed_to(self, monkeypatch):
        def fails(image, *_):
            raise MemoryError

        monkeypatch.setattr(decode, "displayable", fails)
        with pytest.raises(TooLargeImageError, match="64 x 48"):
            open_upright(encoded(noise()))
