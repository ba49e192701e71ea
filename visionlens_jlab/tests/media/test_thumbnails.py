from __future__ import annotations

import io

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image, ImageFilter

from visionlens_jlab.media.hashing import content_hash
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.quality import (
    Picture,
    brightness,
    contrast,
    dominant_color,
    sharpness,
)
from visionlens_jlab.media.thumbnails import SEAL_BYTES, PackWriter, encode, open_thumbnail


def test_a_pack_gives_back_what_went_in(tmp_path):
    images = [Image.new("RGB", (32, 16 + number), "red") for number in range(3)]
    data = [encode(image) for image in images]
    with PackWriter(tmp_path / "a.pack") as pack:
        places = [pack.add(item) for item in data]
    content = (tmp_path / "a.pack").read_bytes()
    assert len(content) == sum(map(len, data)) + len(data) * SEAL_BYTES
    assert (tmp_path / "a.pack").stat().st_mode & 0o777 == 0o600
    for (offset, length), image in zip(places, images, strict=True):
        with Image.open(io.BytesIO(content[offset : offset + length])) as found:
            assert (found.format, found.size) == ("WEBP", image.size)


def test_measures_follow_the_picture():
    black, white = (Picture(Image.new("RGB", (32, 32), name)) for name in ("black", "white"))
    assert (brightness(black), brightness(white)) == (0, 255)
    assert contrast(black) == sharpness(black) == 0
    pixels = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    sharp = Picture(Image.fromarray(pixels))
    blurred = Picture(sharp.image.filter(ImageFilter.GaussianBlur(2)))
    assert sharpness(sharp) > 10 * sharpness(blurred)
    assert contrast(sharp) > contrast(blurred)
    assert sharpness(Picture(Image.new("RGB", (1, 1)))) == 0


@pytest.mark.parametrize("color", [0x000000, 0xFFFFFF, 0x336699])
def test_dominant_color(color):
    pixels = np.zeros((10, 10, 3), dtype=np.uint8)
    pixels[:, :7] = (color >> 16, color >> 8 & 255, color & 255)
    pixels[:, 7:] = (200, 30, 90)
    assert dominant_color(pixels) == color


def test_content_hash_is_blake3():
    assert content_hash(b"hello") == blake3(b"hello").hexdigest()
    assert content_hash(b"hello") != content_hash(b"hallo")


def test_what_is_much_larger_than_a_thumbnail_is_none(monkeypatch):
    small = encode(Image.new("RGB", (256, 192), "red"))
    assert open_thumbnail(small).size == (256, 192)
    large, other = encode(Image.new("RGB", (1025, 4))), io.BytesIO()
    Image.new("RGB", (8, 8)).save(other, "PNG")
    claims = bytearray(encode(Image.new("RGBA", (8, 8), (1, 1, 1, 1))))
    assert claims[12:16] == b"VP8X"
    claims[24:30] = b"\xff\x3f\0" * 2
    monkeypatch.setattr(Image, "open", None)
    for data in (large, bytes(claims), other.getvalue(), b"", small[:20]):
        with pytest.raises(UnreadableImageError):
            open_thumbnail(data)
