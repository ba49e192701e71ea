"""What the picture of one annotation is made from."""

from __future__ import annotations

from typing import NamedTuple

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.places import crop_key, version_key
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.errors import VisionLensError


class CropSource(NamedTuple):
    """Where an annotation's image lies and what part of it the annotation is."""

    location: str
    """The root's location; empty: none."""
    path: str
    box: tuple[float, float, float, float] | None
    """x, y, w, h in pixels of the upright image; None: the annotation is of the whole image."""
    size: tuple[int, int] | None
    """Width and height of the upright image."""
    version: str | None
    """As `crop_key` gives it."""


def read_crop_source(reader: Reader, annotation_id: int) -> CropSource:
    """The source of an annotation's picture. ID_UNKNOWN."""
    rows = reader.rows(
        f"SELECT coalesce({LOCATION}, ''), s.path, a.x, a.y, a.w, a.h, s.width, s.height, "
        "s.thumb_pack, s.thumb_offset FROM annotation a JOIN sample s USING (sample_id) "
        "LEFT JOIN source_root r ON r.name = s.root WHERE a.annotation_id = ?",
        [annotation_id],
    )
    if not rows:
        raise VisionLensError("ID_UNKNOWN", f"There is no annotation {annotation_id}.")
    location, path, x, y, w, h, width, height, pack, offset = rows[0]
    box = None if None in (x, y, w, h) else (x, y, w, h)
    size = (width, height) if width and height else None
    return CropSource(location, path, box, size, crop_key(version_key(pack, offset), box or ()))
