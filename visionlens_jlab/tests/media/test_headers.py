from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, PngImagePlugin

from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.headers import Header, UnreadableImageError, is_image
from visionlens_jlab.tests.media import hostile


def encoded(kind: str = "JPEG", size=(40, 30), mode="RGB", **options) -> io.BytesIO:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    file.seek(0)
    return file


def exif(values: dict[int, object], details=None, gps=None) -> bytes:
    made = Image.Exif()
    for tag, value in values.items():
        made[tag] = value
    made.get_ifd(0x8769).update(details or {})
    made.get_ifd(0x8825).update(gps or {})
    return made.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_size_without_exif(kind):
    assert read_header(encoded(kind)) == Header(40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation(kind):
    header = read_header(encoded(kind, exif=exif({0x0112: 6})))
    assert (header.width, header.height, header.orientation) == (40, 30, 6)
    assert header.upright_size == (30, 40)


def test_everything_a_camera_writes():
    data = exif(
        {0x010F: "Canon\0", 0x0110: "Canon EOS 5D", 0x0132: "2000:01:01 00:00:00"},
        {0x9003: "2024:05:01 10:30:00", 0x9291: "25", 0x9011: "+02:00"},
        {1: "S", 2: (33.0, 30.0, 36.0), 3: "E", 4: (151.0, 12.0, 0.0)},
    )
    header = read_header(encoded(exif=data))
    assert header.camera == "Canon EOS 5D"
    assert header.captured_at == datetime(2024, 5, 1, 8, 30, 0, 250000, tzinfo=UTC)
    assert header.latitude == pytest.approx(-33.51)
    assert header.longitude == pytest.approx(151.2)


def test_camera_and_time_where_less_is_written():
    header = read_header(encoded(exif=exif({0x010F: "NIKON", 0x0110: "D7000"})))
    assert (header.camera, header.captured_at) == ("NIKON D7000", None)
    header = read_header(encoded(exif=exif({0x0132: "2024:05:01 10:30:00"})))
    assert header.captured_at == datetime(2024, 5, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)},
        {1: "N", 2: (1.0, 0.0, 0.0)},
        {2: 5},
    ],
)
def test_positions_that_are_none(gps):
    header = read_header(encoded(exif=exif({}, gps=gps)))
    assert (header.latitude, header.longitude) == (None, None)


def test_damaged_exif_does_not_cost_the_image():
    header = read_header(encoded(exif=b"Exif\0\0MM\0*garbage that is long enough"))
    assert header._replace(odd=None) == Header(40, 30)
    assert "Corrupt EXIF data" in header.odd
    header = read_header(encoded(exif=exif({0x0112: 77})))
    assert (header.orientation, header.odd) == (1, "there is no orientation 77")
    assert read_header(encoded(exif=b"Exif\0\0junk")).odd
    assert read_header(encoded(exif=exif({0x0112: 0}))) == Header(40, 30)


def test_huge_sizes_are_read_without_decoding():
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    file.seek(0)
    limit = Image.MAX_IMAGE_PIXELS
    assert read_header(file) == Header(20_000, 20_000)
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("data", [b"", b"not an image", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_says_so(data):
    with pytest.raises(UnreadableImageError) as error:
        read_header(io.BytesIO(data))
    assert "0x" not in str(error.value)


def test_suffixes():
    assert is_image("a/B.JPG")
    assert is_image("x.heic")
    assert not is_image("jpg")
    assert not is_image("a.txt")


def test_icons_that_hold_much_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    """Pillow decodes an icon when it is opened."""
    loaded = []
    load = PngImagePlugin.PngImageFile.load
    monkeypatch.setattr(
        PngImagePlugin.PngImageFile, "load", lambda self: loaded.append(self.size) or load(self)
    )
    hostile.icon(tmp_path / "a.ico")
    with (tmp_path / "a.ico").open("rb") as file, pytest.raises(UnreadableImageError):
        read_header(file)
    assert loaded == []
    Image.new("RGB", (64, 64)).save(tmp_path / "b.ico")
    with (tmp_path / "b.ico").open("rb") as file:
        assert read_header(file)[:2] == (64, 64)
