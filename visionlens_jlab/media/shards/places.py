"""Paths that go on inside a file: `a.tar/dog.jpg`, `b.tfrecord/17.jpg`, `c.parquet/12.jpg`.

The member of a tar archive goes by its name, a record of a TFRecord file or a row of a Parquet
file by its number, from 0, and by a name where it states one: `c.parquet/12/dog.jpg`. Another
column than `image` stands between: `c.parquet/12/left/dog.jpg`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from visionlens_jlab.media.headers import is_image

Kind = Literal["tar", "tfrecord", "parquet"]
TAR = (".tar",)
TFRECORD = (".tfrecord", ".tfrecords", ".tfrec", ".record", ".records")
PARQUET = (".parquet",)
IMAGE_COLUMN = "image"
_NAMES = "|".join(re.escape(suffix) for suffix in (*TAR, *TFRECORD, *PARQUET))
_PART = r"-\d{3,6}-of-\d{3,6}"
_FILE = re.compile(rf"(?:{_NAMES}|{_PART})$", re.IGNORECASE)
_INSIDE = re.compile(rf"(?:{_NAMES}|{_PART})/", re.IGNORECASE)


class Inside(NamedTuple):
    """A file that holds images, and what is meant in it."""

    shard: str
    member: str


def inside(path: str) -> Inside | None:
    """The parts of a path that goes on inside a file, as far as names tell; else None."""
    found = _INSIDE.search(path)
    if found is None:
        return None
    return Inside(path[: found.end() - 1], path[found.end() :])


def shard_kind(path: str) -> Kind | None:
    """What a file holds images as, told from its name; the parts of a TFRecord often have none."""
    if not _FILE.search(path):
        return None
    name = path.lower()
    if name.endswith(TAR):
        return "tar"
    return "parquet" if name.endswith(PARQUET) else "tfrecord"


def row_path(shard: str, row: int, name: str, column: str = IMAGE_COLUMN) -> str:
    """The path of a row's image: `<row>/<name>`, `<row><suffix>`; see the module."""
    folder = "" if column == IMAGE_COLUMN else f"/{column}"
    if not name.startswith("."):
        return f"{shard}/{row}{folder}/{name}"
    return f"{shard}/{row}{folder}/{row}{name}" if folder else f"{shard}/{row}{name}"


_ROW = re.compile(r"(?P<row>\d{1,18})(?:\.\w+|(?:/(?P<column>[^/]+))?/[^/]+)")


def row_of(member: str) -> tuple[str, int] | None:
    """Column and number of the row or record that a member's name stands for."""
    found = _ROW.fullmatch(member)
    if found is None:
        return None
    return found["column"] or IMAGE_COLUMN, int(found["row"])


LONGEST_NAME = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def plain_name(stated: str, head: bytes) -> str:
    """The name of an image file that a record states, with a suffix; a suffix alone: none is."""
    suffix = image_suffix(head) or ".jpg"
    last = _UNPRINTABLE.sub("", re.split(r"[/\\]", stated)[-1]).strip().strip(".")
    if not last or len(last) > LONGEST_NAME:
        return suffix
    return last if is_image(last) else f"{last}{suffix}"


_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"\0\0\0\x0cjP  ", ".jp2"),
)


def image_suffix(head: bytes) -> str | None:
    """The suffix of an image file by its first bytes; None: it is in no usual format."""
    for magic, suffix in _MAGIC:
        if head.startswith(magic):
            return suffix
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    if head[4:8] == b"ftyp":
        return ".avif" if head[8:12] in (b"avif", b"avis") else ".heic"
    return None
