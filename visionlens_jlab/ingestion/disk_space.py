"""Whether an ingest fits on the disk: told before the work, not after half of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from visionlens_jlab.errors import VisionLensError

THUMBNAIL_BYTES = 12 * 1024
"""Of a photograph's thumbnail; that of a smaller file is taken to be as large as the file."""
RESERVE = 32 * 2**20
"""For rows, pieces on their way and the database's own journal."""


def check_space(data_dir: Path, images: int = 0, sizes: Iterable[int | None] = ()) -> None:
    """Compare a cheap estimate with the free space.

    Parameters
    ----------
    data_dir : Path
        A folder on the disk that is written.
    images : int
        How many thumbnails there will be.
    sizes : iterable of int
        Bytes of some of the image files.

    Raises
    ------
    VisionLensError
        DISK_SPACE with the bytes needed and free in its details.
    """
    known = [min(size, THUMBNAIL_BYTES) for size in sizes if size]
    each = sum(known) / len(known) if known else THUMBNAIL_BYTES
    needed = RESERVE + int(images * each)
    free = shutil.disk_usage(data_dir).free
    if free < needed:
        raise VisionLensError(
            "DISK_SPACE",
            f"The ingest needs about {needed / 2**20:,.0f} MiB; {free / 2**20:,.0f} MiB are free.",
            details={"needed": needed, "free": free},
        )
