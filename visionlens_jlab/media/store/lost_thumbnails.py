"""Thumbnails that were made and cannot be read any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.capability import FOLDER
from visionlens_jlab.media.store.thumbnails import Packs


def lost_thumbnails(reader: Reader, folder: Path, thorough: bool) -> Iterator[int]:
    """Samples whose thumbnails were made and are not there any more, or not whole."""
    sizes = {}
    packs = Packs(folder / FOLDER)
    rows = reader.rows(
        "SELECT thumb_pack, max(thumb_offset + thumb_length) FROM sample "
        "WHERE thumb_pack IS NOT NULL GROUP BY ALL"
    )
    for pack, end in rows:
        path = folder / FOLDER / pack
        try:
            sizes[pack] = os.stat(path).st_size if path.is_file() else 0  # noqa: PTH116
        except OSError:
            sizes[pack] = 0
        if sizes[pack] >= end and not thorough:
            del sizes[pack]
    for pack, size in sizes.items():
        yield from _lost_of_pack(reader, packs, pack, size)
    packs.close()


def _lost_of_pack(reader: Reader, packs: Packs, pack: str, size: int) -> Iterator[int]:
    rows = reader.rows(
        "SELECT sample_id, thumb_offset, thumb_length FROM sample WHERE thumb_pack = ? "
        "ORDER BY thumb_offset",
        [pack],
    )
    for sample, offset, length in rows:
        if offset + length > size:
            yield sample
            continue
        try:
            packs.read(pack, offset, length)
        except VisionLensError:
            yield sample
