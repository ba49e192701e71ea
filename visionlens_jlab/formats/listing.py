"""Batches of images that are simply files in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ImageRows, batch_slices
from visionlens_jlab.formats.request import Request
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Entry, Source


def file_rows(
    request: Request, entries: Sequence[Entry], splits: Sequence[str | None], *, named: bool
) -> Iterator[tuple[int, ImageRows]]:
    """Images of the image root in batches: (ordinal of the first among `entries`, rows)."""
    for batch in batch_slices(0, len(entries)):
        part = entries[batch]
        yield (
            batch.start,
            ImageRows(
                root=request.image_root,
                paths=[entry.path for entry in part],
                bytes=[entry.bytes for entry in part],
                splits=list(splits[batch]),
                named=named,
            ),
        )


def has_images(source: Source, path: str, depth: int = 0) -> bool:
    """Whether a folder, or the folders up to `depth` levels below it, holds an image."""
    folders, files = source.list(path)
    if any(is_image(entry.path) for entry in files):
        return True
    below = (f"{path}/{name}" if path else name for name in folders)
    return depth > 0 and any(has_images(source, folder, depth - 1) for folder in below)


def is_folder(source: Source, path: str) -> bool:
    """Whether a path that a label file states is a folder of the source; never raises."""
    try:
        return source.is_dir(path)
    except (VisionLensError, OSError, ValueError):  # a link outside, a name no system allows
        return False


def is_file(source: Source, path: str) -> bool:
    """Whether a path that a label file states is a file of the source; never raises."""
    try:
        return source.stat(path) is not None
    except (VisionLensError, OSError, ValueError):
        return False


def no_images(request: Request, told: str = "") -> VisionLensError:
    """The error for a place that holds no image; `told`: what else is to be said of it."""
    message = f"There is no image in {request.image_source.location}. {told}"
    return VisionLensError("DIR_EMPTY", message.rstrip())
