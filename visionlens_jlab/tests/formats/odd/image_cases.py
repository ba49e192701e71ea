"""Odd image files, without labels and with labels in one frame or the other."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.writers import (
    ORIENTATION,
    coco,
    coco_box,
    coco_image,
    write_image,
    write_json,
    write_text,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("images", labels_only=False)
SIZE = (40, 30)
RAMP = np.arange(1200).reshape(30, 40)


def exif(orientation: int) -> Image.Exif:
    data = Image.Exif()
    data[ORIENTATION] = orientation
    return data


def sizes(expected: dict[str, tuple[int, int]]) -> Callable[[Ingested], None]:
    """A check: path -> size of the upright image, and of its thumbnail."""

    def check(found: Ingested) -> None:
        assert {row["path"]: (row["width"], row["height"]) for row in found.samples} == expected
        paths = {row["sample_id"]: row["path"] for row in found.samples}
        for row in found.media:
            assert (row["thumb_width"], row["thumb_height"]) == expected[paths[row["sample_id"]]]

    return check


MODES: dict[str, Callable[[], Image.Image]] = {
    "grey.jpg": lambda: Image.new("L", SIZE, 200),
    "cmyk.jpg": lambda: Image.new("CMYK", SIZE, (0, 0, 0, 55)),
    "one bit.png": lambda: Image.new("1", SIZE, 1),
    "one bit.tif": lambda: Image.new("1", SIZE, 1),
    "palette.png": lambda: Image.new("RGB", SIZE, (200, 200, 200)).quantize(4),
    "alpha.png": lambda: Image.new("RGBA", SIZE, (200, 200, 200, 255)),
    "alpha.webp": lambda: Image.new("RGBA", SIZE, (200, 200, 200, 255)),
    "grey alpha.png": lambda: Image.new("LA", SIZE, (200, 255)),
    "16 bit.png": lambda: Image.fromarray((RAMP * 50).astype(np.uint16)),
    "16 bit.tif": lambda: Image.fromarray((RAMP * 50).astype(np.uint16)),
    "16 bit big.tif": lambda: Image.fromarray((RAMP * 50).astype(">u2")),
    "32 bit.tif": lambda: Image.fromarray((RAMP * 90000).astype(np.int32)),
    "float.tif": lambda: Image.fromarray((RAMP / 7).astype(np.float32)),
    "lab.tif": lambda: Image.new("LAB", SIZE, (200, 128, 128)),
    "ycbcr.tif": lambda: Image.new("YCbCr", SIZE, (200, 128, 128)),
    "UPPER.PNG": lambda: Image.new("RGB", SIZE, (200, 200, 200)),
    "Mixed.JpEg": lambda: Image.new("RGB", SIZE, (200, 200, 200)),
    "a b.bmp": lambda: Image.new("RGB", SIZE, (200, 200, 200)),
    "\u732b \u00fc.gif": lambda: Image.new("RGB", SIZE, (200, 200, 200)),
    "quo\"te's\n%41#?&.png": lambda: Image.new("RGB", SIZE, (200, 200, 200)),
}


def all_shown(found: Ingested) -> None:
    assert {row["path"] for row in found.samples} == set(MODES)
    assert {(row["width"], row["height"]) for row in found.samples} == {SIZE}
    paths = {row["sample_id"]: row["path"] for row in found.samples}
    bright = {paths[row["sample_id"]]: row["brightness"] for row in found.media}
    for path, value in bright.items():
        ramp = ("bit" in path and "one" not in path) or "float" in path
        low, high = (120, 135) if ramp else (195, 256)
        assert low <= value <= high, (path, value)


@CASES.add("every mode, suffix and name", images=len(MODES), check=all_shown)
def _(folder: Path) -> None:
    for name, make in MODES.items():
        make().save(folder / name)


def see_through_is_white(found: Ingested) -> None:
    assert [row["brightness"] for row in found.media] == [255.0] * 3


@CASES.add("transparency", images=3, check=see_through_is_white)
def _(folder: Path) -> None:
    palette = Image.new("RGB", SIZE, "navy").quantize(4)
    palette.save(folder / "1.png", transparency=0)
    palette.save(folder / "2.gif", transparency=0)
    Image.new("RGBA", SIZE, (0, 0, 90, 0)).save(folder / "3.png")


def first_frames(found: Ingested) -> None:
    assert all(abs(row["brightness"] - 76) < 2 for row in found.media)


@CASES.add("animations show their first frame", images=3, check=first_frames)
def _(folder: Path) -> None:
    red, blue = (Image.new("RGB", SIZE, color) for color in ("red", "blue"))
    for name in ("1.gif", "2.webp", "3.png"):
        red.save(folder / name, save_all=True, append_images=[blue])


@CASES.add(
    "every EXIF orientation",
    images=24,
    check=sizes(
        {
            f"{kind}{number}.{kind}": (SIZE if number < 5 else SIZE[::-1])
            for kind in ("jpg", "png", "webp")
            for number in range(1, 9)
        }
    ),
)
def _(folder: Path) -> None:
    for kind in ("jpg", "png", "webp"):
        for number in range(1, 9):
            image = Image.new("RGB", SIZE)
            image.save(folder / f"{kind}{number}.{kind}", exif=exif(number))


def tiff_exif(*entries: bytes) -> bytes:
    return (
        b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + b"\0" * 8
    )


TURNED = struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0)
BROKEN_EXIF = {
    "cut.jpg": exif(6).tobytes()[:-6],
    "head.jpg": exif(6).tobytes()[:10],
    "junk.jpg": b"Exif\0\0" + b"junk" * 50,
    "77.jpg": exif(77).tobytes(),
    "huge.jpg": tiff_exif(struct.pack("<HHII", 0x010F, 2, 0x7FFFFFFF, 8), TURNED),
}
FINE_EXIF = {
    "zero.jpg": exif(0).tobytes(),
    "empty.jpg": b"Exif\0\0",
    "loop.jpg": tiff_exif(TURNED, struct.pack("<HHII", 0x8769, 4, 1, 8)),
}


@CASES.add(
    "broken EXIF",
    images=8,
    codes={"EXIF_INVALID": 5},
    check=sizes(
        {
            name: SIZE[::-1] if name in ("huge.jpg", "loop.jpg") else SIZE
            for name in (*BROKEN_EXIF, *FINE_EXIF)
        }
    ),
)
def _(folder: Path) -> None:
    for name, data in {**BROKEN_EXIF, **FINE_EXIF}.items():
        Image.new("RGB", SIZE).save(folder / name, exif=data)


def noise(folder: Path, name: str) -> bytes:
    random = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(random).save(folder / name)
    return (folder / name).read_bytes()


@CASES.add(
    "cut in half",
    images=4,
    codes={"IMAGE_TRUNCATED": 4},
    check=lambda found: all_thumbnails(found, 4),
)
def _(folder: Path) -> None:
    for name in ("1.jpg", "2.png", "3.tif", "4.bmp"):
        data = noise(folder, name)
        (folder / name).write_bytes(data[: len(data) // 2])


def all_thumbnails(found: Ingested, number: int) -> None:
    assert sum(row["thumb_width"] is not None for row in found.media) == number


@CASES.add("not images", images=1, codes={"IMAGE_UNREADABLE": 5, "FILES_UNUSED": 1})
def _(folder: Path) -> None:
    write_image(folder / "good.png")
    write_text(folder / "empty.jpg", "")
    write_text(folder / "text.jpg", "hello")
    write_text(folder / "page.png", "<html></html>")
    (folder / "head.jpg").write_bytes(noise(folder, "head.jpg")[:100])
    (folder / "zeros.png").write_bytes(bytes(1000))
    write_text(folder / "notes.txt", "no image, and not called one")


@CASES.add("one kind called another", images=1, check=lambda found: all_thumbnails(found, 1))
def _(folder: Path) -> None:
    Image.new("RGB", SIZE).save(folder / "1.jpg", format="PNG")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@CASES.add(
    "headers that claim a huge picture",
    images=2,
    codes={"IMAGE_UNREADABLE": 2},
    check=lambda found: all_thumbnails(found, 0),
)
def _(folder: Path) -> None:
    for side in (100_000, 2**31 - 1):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        (folder / f"{side}.png").write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + png_chunk(b"IHDR", header)
            + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
            + png_chunk(b"IEND", b"")
        )


@CASES.add(
    "links in a circle, to nothing and outside, and names that are no text",
    images=2,
    codes={"FILE_REFUSED": 4},
)
def _(folder: Path) -> None:
    write_image(folder / "1.png")
    for name, target in {
        "link.png": "1.png",
        "self.png": "self.png",
        "gone.png": "nowhere.png",
        "out.png": "../outside.png",
        "circle": ".",
    }.items():
        (folder / name).symlink_to(target)
    write_image(folder.parent / "outside.png")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xe9.png")).write_bytes(
        (folder / "1.png").read_bytes()
    )
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()


# Labels and the frame they speak of

BOX = (5.0, 4.0, 20.0, 6.0)


def drawn(folder: Path, orientation: int, size: tuple[int, int] = SIZE) -> None:
    """A stored frame with a white rectangle at BOX."""
    pixels = np.zeros(size[::-1], dtype=np.uint8)
    pixels[4:10, 5:25] = 255
    Image.fromarray(pixels).save(folder / "1.png", exif=exif(orientation))


def labelled(folder: Path, **image: Any) -> None:
    content = coco([coco_image(1, **image)], [coco_box(1, 1, list(BOX))])
    write_json(folder / "labels.json", content)


for turn in range(2, 9):
    stored = {5: (4, 5, 6, 20), 6: (20, 5, 6, 20), 7: (20, 15, 6, 20), 8: (4, 15, 6, 20)}

    @CASES.add(
        f"labels of the stored frame, orientation {turn}",
        images=1,
        annotations=1,
        codes={"ORIENTATION_REPAIRED": 1} if turn > 4 else {"ORIENTATION_AMBIGUOUS": 1},
        boxes=[tuple(map(float, stored.get(turn, BOX)))],
        params={"format": "coco"},
    )
    def _(folder: Path, turn: int = turn) -> None:
        drawn(folder, turn)
        labelled(folder, width=40, height=30)


@CASES.add("labels of the upright frame", images=1, annotations=1, boxes=[BOX])
def _(folder: Path) -> None:
    drawn(folder, 6)
    labelled(folder, width=30, height=40)


@CASES.add(
    "a square picture that is turned",
    images=1,
    annotations=1,
    codes={"ORIENTATION_AMBIGUOUS": 1},
    boxes=[BOX],
)
def _(folder: Path) -> None:
    drawn(folder, 6, (40, 40))
    labelled(folder, width=40, height=40)


@CASES.add(
    "a turned picture of no stated size",
    images=1,
    annotations=1,
    codes={"ORIENTATION_AMBIGUOUS": 1},
    boxes=[BOX],
)
def _(folder: Path) -> None:
    drawn(folder, 6)
    labelled(folder, width=None, height=None)


@CASES.add(
    "a turned picture of another size",
    images=1,
    annotations=1,
    codes={"SIZE_MISMATCH": 1},
    boxes=[BOX],
)
def _(folder: Path) -> None:
    drawn(folder, 6)
    labelled(folder, width=80, height=60)


@CASES.add("turned pictures in class folders", images=2, annotations=2)
def _(folder: Path) -> None:
    for name in "ab":
        (folder / name).mkdir()
        drawn(folder / name, 6)
