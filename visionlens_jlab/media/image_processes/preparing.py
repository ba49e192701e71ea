"""What processes that read images do for an embed job: images, or parts of them, as input."""

from __future__ import annotations

import io
import math
from typing import BinaryIO, Protocol, TypeVar

import numpy as np
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.decode import open_upright
from visionlens_jlab.media.hashing import content_hash
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.image_processes.tasks import CRASHED, PixelsResult, PixelsTask
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.preparation import Preparation
from visionlens_jlab.media.sources import OUT_OF_REACH, Source

Box = tuple[float, float, float, float]
Made_co = TypeVar("Made_co", covariant=True)


class Maker(Protocol[Made_co]):
    """Makes something of a picture, such as a model's input."""

    def decoded_side(self, width: int, height: int) -> int:
        """Longer side, in pixels, that a picture must be decoded with at least."""
        ...

    def apply(self, image: Image.Image) -> Made_co:
        """What it makes."""
        ...


_OUTSIDE = "nothing of it lies in the image"


def read_pixels(task: PixelsTask, source: Source) -> PixelsResult:
    """Decode the images of a task; what cannot be shown is left out, with an error."""
    result = PixelsResult(b"", [], [])
    prepared: list[np.ndarray] = []
    for index, path in enumerate(task.paths):
        boxes = task.parts[index]
        count = max(1, len(boxes))
        if index in task.skip:
            result.hashes.append(None)
            result.errors += [CRASHED] * count
            continue
        digest, found = read_parts(source, path, boxes, task.sizes[index], task.preparation)
        result.hashes.append(digest)
        for part in found:
            result.errors.append(part if isinstance(part, str) else None)
            if not isinstance(part, str):
                prepared.append(part)
    result.pixels = np.stack(prepared).tobytes() if prepared else b""
    return result


def read_parts(
    source: Source,
    path: str,
    boxes: list[Box],
    size: tuple[int, int] | None,
    maker: Maker[Made_co],
) -> tuple[str | None, list[Made_co | str]]:
    """The file's hash, and for each part what is made of it or why there is nothing."""
    count = max(1, len(boxes))
    try:
        with source.open(path) as file:
            data = file.read()
    except (VisionLensError, OSError) as error:
        if isinstance(error, VisionLensError) and error.code in OUT_OF_REACH:
            raise
        return None, [str(error)] * count
    except MemoryError:
        return None, [str(OWN.refused())] * count
    digest = content_hash(data)
    try:
        stored = upright_size(data)
        regions = [region_of(box, size or stored) for box in boxes]
        side = _decoded_side(maker, size or stored, regions)
        image = _decoded(data, side, stored)
    except UnreadableImageError as error:
        return digest, [str(error)] * count
    if not boxes:
        return digest, [maker.apply(image)]
    scale = (image.width / (size or stored)[0], image.height / (size or stored)[1])
    return digest, [
        _OUTSIDE if region is None else maker.apply(_cut(image, region, scale))
        for region in regions
    ]


def prepared(file: BinaryIO, preparation: Preparation) -> np.ndarray:
    """A whole image as a model's input, decoded as for an embed job. UnreadableImageError."""
    data = file.read()
    stored = upright_size(data)
    return preparation.apply(_decoded(data, _decoded_side(preparation, stored, []), stored))


def upright_size(data: bytes) -> tuple[int, int]:
    """Width and height of an image file, turned upright. UnreadableImageError."""
    return read_header(io.BytesIO(data)).upright_size


def _decoded(data: bytes, side: int, stored: tuple[int, int]) -> Image.Image:
    return open_upright(io.BytesIO(data), side if side < max(stored) else None)[0]


def region_of(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a box inside an image, in whole pixels; None: outside it."""
    x, y, w, h = box
    if not all(math.isfinite(side) for side in box):
        return None
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(size[0], math.ceil(x + w)), min(size[1], math.ceil(y + h))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _decoded_side(
    maker: Maker[object],
    size: tuple[int, int],
    regions: list[tuple[int, int, int, int] | None],
) -> int:
    """Longer side to decode with: twice what is needed, so that the last reduction is sharp."""
    if not regions:
        return 2 * maker.decoded_side(*size)
    needed = 0.0
    for region in regions:
        if region is not None:
            across, down = region[2] - region[0], region[3] - region[1]
            needed = max(needed, maker.decoded_side(across, down) / max(across, down))
    return math.ceil(2 * needed * max(size))


def _cut(
    image: Image.Image, region: tuple[int, int, int, int], scale: tuple[float, float]
) -> Image.Image:
    """A region of an image that was decoded smaller by `scale`."""
    left, top, right, bottom = (side * scale[index % 2] for index, side in enumerate(region))
    right, bottom = min(math.ceil(right), image.width), min(math.ceil(bottom), image.height)
    left, top = min(math.floor(left), right - 1), min(math.floor(top), bottom - 1)
    return image.crop((left, top, right, bottom))
