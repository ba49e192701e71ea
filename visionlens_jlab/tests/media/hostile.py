"""Image files that claim much more than they hold."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

SIDE = 13_000


def pgm(path: Path) -> None:
    """A hundred bytes that claim 169 million pixels."""
    path.write_bytes(f"P5\n{SIDE} {SIDE}\n255\n".encode() + bytes(100))


def ppm(path: Path) -> None:
    """The same in colour: 676 MB in Pillow."""
    path.write_bytes(f"P6\n{SIDE} {SIDE}\n255\n".encode() + bytes(100))


def bmp(path: Path) -> None:
    """A header alone."""
    small = io.BytesIO()
    Image.new("RGB", (4, 4)).save(small, "BMP")
    data = bytearray(small.getvalue())
    data[18:26] = struct.pack("<ii", SIDE, SIDE)
    path.write_bytes(bytes(data))


def tiff(path: Path) -> None:
    """Whole, and compressed to a few kilobytes."""
    Image.new("L", (7_000, 7_000)).save(path, "TIFF", compression="tiff_deflate")


def floats(path: Path) -> None:
    """Floating-point numbers, which are stretched: several copies of four bytes a pixel."""
    Image.new("F", (6_000, 6_000)).save(path, "TIFF", compression="tiff_deflate")


def icon(path: Path) -> None:
    """An icon that says 16 pixels and holds a picture of many more."""
    inner = _png(9_000, 9_000)
    header = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    path.write_bytes(header + entry + inner)


def large_png(path: Path, side: int) -> None:
    """Whole, and compressed to a thousandth."""
    path.write_bytes(_png(side, side))


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    )


def jpeg(path: Path) -> None:
    """One that claims 169 million pixels and ends soon."""
    small = io.BytesIO()
    Image.new("RGB", (64, 64)).save(small, "JPEG")
    data = bytearray(small.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", SIDE, SIDE)
    path.write_bytes(bytes(data))


def tags(path: Path) -> None:
    """A TIFF of 16 pixels whose camera is twenty million numbers: 720 MB in Pillow."""
    count, entries = 20 << 20, 9
    beyond = 8 + 2 + 12 * entries + 4
    plain = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1)]
    listed = [(tag, 3, 1, value) for tag, value in plain]
    listed += [(271, 3, count, beyond), (273, 3, 1, 8), (278, 3, 1, 4), (279, 3, 1, 16)]
    ifd = b"".join(struct.pack("<HHII", *entry) for entry in listed)
    head = b"II*\0" + struct.pack("<IH", 8, entries) + ifd + bytes(4)
    path.write_bytes(head + b"A" * (2 * count))


FILES: dict[str, Callable[[Path], None]] = {
    "a.pgm": pgm,
    "b.ppm": ppm,
    "c.bmp": bmp,
    "d.tif": tiff,
    "e.tif": floats,
    "f.ico": icon,
}
