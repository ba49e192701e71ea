"""What a browser shows as it is, told by a few bytes, whatever a file claims."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from visionlens_jlab.media.browser import browser_type
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.webp import HEAD_BYTES, webp_size

SHOWN = ("JPEG", "PNG", "WEBP", "GIF")


class Counting(io.BytesIO):
    """A file that says how many bytes of it were read."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def saved(kind: str, orientation: int = 0, **options: object) -> bytes:
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
        exif[0x010F] = "x" * 70_000 if kind in ("PNG", "WEBP") else "x"
        options["exif"] = exif
    sink = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(sink, kind, **options)
    return sink.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(9))
def test_it_agrees_with_the_decoder(kind: str, orientation: int) -> None:
    data = saved(kind, orientation)
    upright = kind == "JPEG" or read_header(io.BytesIO(data)).orientation == 1
    assert browser_type(io.BytesIO(data)) == (f"image/{kind.lower()}" if upright else None)


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"lossless": False}, {"save_all": True}], ids=str
)
def test_the_size_of_a_webp(options: dict[str, bool]) -> None:
    sink = io.BytesIO()
    Image.new("RGBA", (321, 45), (9, 9, 9, 9)).save(sink, "WEBP", **options)
    assert webp_size(sink.getvalue()[:HEAD_BYTES]) == (321, 45)
    assert browser_type(sink) is None and browser_type(io.BytesIO(sink.getvalue())) == "image/webp"


@pytest.mark.parametrize("kind", SHOWN)
def test_what_ends_before_its_pixels_is_not_taken_for_an_image(kind: str) -> None:
    data = saved(kind)
    assert browser_type(io.BytesIO(data)) == f"image/{kind.lower()}"
    for length in range(12):
        assert browser_type(io.BytesIO(data[:length])) is None
    assert browser_type(io.BytesIO(b"\xff\xd8\xff\xe0" + b"no image" * 9)) is None


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


TEXTS = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20))) * 4000
IFD = struct.pack("<IH", 8, 0xFFFF) + struct.pack("<HHII", 1, 1, 1, 1) * 0xFFFF
EXIF = (b"Exif\0\0II*\0" + IFD).ljust(8 << 20)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"\xff\xd8" + b"\xff" * (8 << 20) + saved("JPEG")[2:], None),
        (b"\xff\xd8" + b"\xff\xe1\0\x09comment" * 800_000 + saved("JPEG")[2:], None),
        (saved("PNG")[:33] + TEXTS + saved("PNG")[33:], None),
        (saved("PNG")[:33] + chunk(b"eXIf", EXIF) + saved("PNG")[33:], "image/png"),
        (saved("WEBP") + b"EXIF" + struct.pack("<I", len(EXIF)) + EXIF, "image/webp"),
        (b"II*\0" + struct.pack("<IHHHII", 8, 1, 999, 3, 8 << 20, 26) + bytes(16 << 20), None),
    ],
    ids=["filling", "comments", "texts", "exif in PNG", "exif in WebP", "tags"],
)
def test_no_header_is_too_long(
    data: bytes, mime: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", None)
    file = Counting(data)
    assert browser_type(file) == mime
    assert file.count < 1_200_000
