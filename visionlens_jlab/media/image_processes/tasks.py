"""What processes that read images are asked for, and what they answer (`image_work`)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from visionlens_jlab.media.headers import Header
from visionlens_jlab.media.preparation import Preparation


class HeaderTask(msgspec.Struct, tag="headers"):
    """Read the headers of images of one root; those in `skip` (indices) are known to crash.

    `readable`, of every task: where the root may lead, besides the folders of `allowed_roots`.
    """

    location: str
    paths: list[str]
    skip: list[int] = []
    readable: list[str] = []


class HeaderResult(msgspec.Struct, tag="headers"):
    """One entry for each path; `errors` says why there is no header."""

    headers: list[Header | None]
    errors: list[str | None]


class MediaTask(msgspec.Struct, tag="media"):
    """Decode images of one root into a pack file that must not exist yet.

    `measures`: by name the `module:function` of what is measured on each.
    """

    location: str
    paths: list[str]
    pack: str
    skip: list[int] = []
    readable: list[str] = []
    measures: dict[str, str] = {}


class MediaResult(msgspec.Struct, tag="media"):
    """Columns with one entry for each path.

    Without a thumbnail, `offsets` and the other three are None, colours None, measures NaN.
    `damages` tells what is wrong with a picture that could be shown in part, `errors` why one
    could not be shown.
    """

    hashes: list[str | None] = []
    offsets: list[int | None] = []
    lengths: list[int | None] = []
    widths: list[int | None] = []
    heights: list[int | None] = []
    colors: list[int | None] = []
    measures: dict[str, list[float]] = {}
    damages: list[str | None] = []
    errors: list[str | None] = []


class PixelsTask(msgspec.Struct, tag="pixels"):
    """Decode images of one root as the input of a model.

    `parts` has for each path the boxes (x, y, w, h in pixels of an upright image of `sizes`) to
    cut out; without boxes the whole image is one part.
    """

    location: str
    paths: list[str]
    parts: list[list[tuple[float, float, float, float]]]
    sizes: list[tuple[int, int] | None]
    preparation: Preparation
    skip: list[int] = []
    readable: list[str] = []


class PixelsResult(msgspec.Struct, tag="pixels"):
    """`pixels` has the prepared parts one after the other, in order, without those in `errors`.

    `hashes` has one entry for each path, `errors` one for each part, None where it is there.
    """

    pixels: bytes
    hashes: list[str | None]
    errors: list[str | None]


class PicturesTask(msgspec.Struct, tag="pictures"):
    """Decode images of one root, or parts of them as in `PixelsTask`, to show them to a model.

    `side` is the most that a picture's longer side may have, in pixels.
    """

    location: str
    paths: list[str]
    parts: list[list[tuple[float, float, float, float]]]
    sizes: list[tuple[int, int] | None]
    side: int
    skip: list[int] = []
    readable: list[str] = []


class PicturesResult(msgspec.Struct, tag="pictures"):
    """JPEGs, one entry for each part; empty where `errors` says why there is none."""

    pictures: list[bytes] = []
    errors: list[str | None] = []


class Refused(msgspec.Struct, tag="refused"):
    """The system refused the process what it needs, such as room on the disk.

    Attributes
    ----------
    error : dict
        As `VisionLensError.to_json` gives it.
    """

    error: dict[str, Any]


Task = HeaderTask | MediaTask | PixelsTask | PicturesTask
Result = HeaderResult | MediaResult | PixelsResult | PicturesResult
Answer = Result | Refused
CRASHED = "the decoder crashed"


def singles(task: Task) -> list[Task]:
    """The task image by image, to find out which one crashes."""
    if isinstance(task, HeaderTask | MediaTask):
        return [replace(task, paths=[path], skip=[]) for path in task.paths]
    rows = zip(task.paths, task.parts, task.sizes, strict=True)
    return [
        replace(task, paths=[path], parts=[parts], sizes=[size], skip=[])
        for path, parts, size in rows
    ]
