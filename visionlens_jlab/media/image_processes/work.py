"""What processes that read images do: headers, pixels. No state, no database."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from visionlens_jlab.config import allowed_roots
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media import quality, thumbnails
from visionlens_jlab.media.decode import flattened, open_upright
from visionlens_jlab.media.hashing import content_hash
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.headers import Header, UnreadableImageError
from visionlens_jlab.media.image_processes.tasks import (
    CRASHED,
    HeaderResult,
    HeaderTask,
    MediaResult,
    MediaTask,
    PicturesTask,
    PixelsTask,
    Result,
    Task,
)
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.sources import OUT_OF_REACH, Source, SourceKind, connect_stored, reading

HEADER_BYTES = 64 << 10
"""Of a file elsewhere so much is fetched at first: EXIF data has that much at most in a JPEG."""
Measure = Callable[[quality.Picture], float]


def execute(task: Task) -> Result:
    """Do a task."""
    if isinstance(task, PixelsTask):
        from visionlens_jlab.media.image_processes.preparing import read_pixels

        source = _source(task.location, tuple(task.readable))
        with reading(source, _unskipped(task)):
            return read_pixels(task, source)
    if isinstance(task, PicturesTask):
        from visionlens_jlab.media.image_processes.pictures import read_pictures

        source = _source(task.location, tuple(task.readable))
        with reading(source, _unskipped(task)):
            return read_pictures(task, source)
    return _read_headers(task) if isinstance(task, HeaderTask) else _read_media(task)


@lru_cache(maxsize=8)
def _source(location: str, readable: tuple[str, ...]) -> Source:
    kinds: list[SourceKind] = []
    if "://" in location:
        from visionlens_jlab.media.registry import source_kinds

        kinds = source_kinds()
    return connect_stored(location, kinds, allowed_roots().and_in(readable))


def _read_headers(task: HeaderTask) -> HeaderResult:
    source = _source(task.location, tuple(task.readable))
    result = HeaderResult([], [])
    with reading(source, _unskipped(task), HEADER_BYTES):
        for index, path in enumerate(task.paths):
            header, error = None, CRASHED
            if index not in task.skip:
                header, error = _header(source, path)
            result.headers.append(header)
            result.errors.append(None if header else error)
    return result


def _unskipped(task: Task) -> list[str]:
    return [path for index, path in enumerate(task.paths) if index not in task.skip]


def _header(source: Source, path: str) -> tuple[Header | None, str]:
    try:
        with source.open(path) as file:
            return read_header(file), ""
    except UnreadableImageError as error:
        return None, str(error)
    except VisionLensError as error:
        if error.code in OUT_OF_REACH:
            raise
        return None, error.message


class _Picture(NamedTuple):
    """One row of a MediaResult."""

    digest: str | None = None
    thumbnail: tuple[int, int, int, int] | None = None
    """Offset, length, width, height."""
    color: int | None = None
    measures: list[float] | None = None
    damage: str | None = None
    error: str | None = None


def _read_media(task: MediaTask) -> MediaResult:
    source = _source(task.location, tuple(task.readable))
    result = MediaResult(measures={name: [] for name in task.measures})
    measures = [resolve(function) for function in task.measures.values()]
    with thumbnails.PackWriter(Path(task.pack)) as pack, reading(source, _unskipped(task)):
        for index, path in enumerate(task.paths):
            crashes = index in task.skip
            picture = _Picture(error=CRASHED) if crashes else _picture(source, path, pack, measures)
            _append(result, picture)
    return result


def _picture(
    source: Source, path: str, pack: thumbnails.PackWriter, measures: list[Measure]
) -> _Picture:
    try:
        with source.open(path) as file:
            data = file.read()
    except (VisionLensError, OSError) as error:
        if isinstance(error, VisionLensError) and error.code in OUT_OF_REACH:
            raise
        return _Picture(error=str(error))
    except MemoryError:
        return _Picture(error=str(OWN.refused()))
    digest = content_hash(data)
    try:
        image, _, damage = open_upright(io.BytesIO(data), thumbnails.LONG_SIDE)
    except UnreadableImageError as error:
        return _Picture(digest, error=str(error))
    shown = flattened(image)
    place = pack.add(thumbnails.encode(shown))
    picture = quality.Picture(shown)
    color = quality.dominant_color(picture.pixels)
    measured = [measure(picture) for measure in measures]
    return _Picture(digest, (*place, *shown.size), color, measured, damage)


def _append(result: MediaResult, picture: _Picture) -> None:
    offset, length, width, height = picture.thumbnail or (None, None, None, None)
    result.hashes.append(picture.digest)
    result.offsets.append(offset)
    result.lengths.append(length)
    result.widths.append(width)
    result.heights.append(height)
    result.colors.append(picture.color)
    for index, values in enumerate(result.measures.values()):
        values.append(picture.measures[index] if picture.measures else math.nan)
    result.damages.append(picture.damage)
    result.errors.append(picture.error)
