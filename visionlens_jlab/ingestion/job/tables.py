"""Arrow tables of an ingest's pieces, and what is known of its images by ordinal.

Batches of labels are gathered into larger pieces: a commit costs about as much as 5,000 boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import (
    TIMESTAMP,
    numbers,
    optional,
    repeated,
    texts,
    timestamps,
    words,
)
from visionlens_jlab.formats.base import ClassEntry, Issue
from visionlens_jlab.media.headers import Header
from visionlens_jlab.media.image_processes.tasks import MediaResult

SKIPPED = -1
"""In place of a sample id: the image was not imported."""


@dataclass
class ImageFacts:
    """Columns by ordinal.

    `sample_ids` int64 (or SKIPPED); `known` bool: the sample has been in the dataset before,
    complete; `widths`, `heights` int32 of the upright image, 0
    unknown; `rotations` int8: the EXIF orientation to apply to annotations, 1 none; `ambiguous`
    bool: annotations may or may not need it.
    """

    sample_ids: np.ndarray
    known: np.ndarray
    widths: np.ndarray
    heights: np.ndarray
    rotations: np.ndarray
    ambiguous: np.ndarray

    def take(self, ordinals: np.ndarray) -> ImageFacts:
        """The facts of some ordinals; -1 gives a skipped image of unknown size."""
        unknown = ordinals < 0
        taken = {f.name: getattr(self, f.name)[ordinals] for f in fields(self)}
        taken["sample_ids"][unknown] = SKIPPED
        return ImageFacts(**taken)


class FactsLog:
    """Grows with each batch of images."""

    def __init__(self) -> None:
        empty = np.zeros(1, dtype=np.int64)
        # The last row stands for unknown images, so that ordinal -1 can be looked up too.
        self._unknown = ImageFacts(
            empty - 1, empty.astype(bool), empty, empty, empty + 1, empty.astype(bool)
        )
        self._parts: list[ImageFacts] = []
        self._whole: ImageFacts | None = None
        self.count = 0

    def add(self, part: ImageFacts) -> None:
        """Append the facts of the next images."""
        self._parts.append(part)
        self.count += len(part.sample_ids)
        self._whole = None

    @property
    def whole(self) -> ImageFacts:
        """Everything so far."""
        if self._whole is None:
            columns = {
                f.name: np.concatenate(
                    [getattr(part, f.name) for part in [*self._parts, self._unknown]]
                )
                for f in fields(ImageFacts)
            }
            self._whole = ImageFacts(**columns)
            self._parts = [ImageFacts(**{name: values[:-1] for name, values in columns.items()})]
        return self._whole

    def sample_id(self, ordinal: int | None) -> int | None:
        """Sample id of an image, None when it has none."""
        if ordinal is None or not 0 <= ordinal < self.count:
            return None
        found = int(self.whole.sample_ids[ordinal])
        return found if found >= 0 else None

    def is_skipped(self, ordinal: int | None) -> bool:
        """Whether the image was read and not imported."""
        known = ordinal is not None and 0 <= ordinal < self.count
        return known and self.sample_id(ordinal) is None

    def is_existing(self, ordinal: int | None) -> bool:
        """Whether the image was in the dataset before."""
        return ordinal is not None and 0 <= ordinal < self.count and bool(self.whole.known[ordinal])


LIMITS = {"sample": 10_000, "annotation": 100_000, "issue": 100_000}
"""Rows from which a piece is whole."""
MAX_BYTES = 8 << 20
"""Polygons make rows large: a piece is in memory, more than once."""


class Gathered:
    """Tables of batches that have not been handed over yet."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pa.Table]] = {}
        self._bytes = 0

    def add(self, tables: dict[str, pa.Table]) -> bool:
        """Take a batch's tables; whether there is enough for a piece."""
        for name, table in tables.items():
            self._parts.setdefault(name, []).append(table)
            self._bytes += table.nbytes
        return self._bytes >= MAX_BYTES or any(
            sum(part.num_rows for part in self._parts.get(name, ())) >= limit
            for name, limit in LIMITS.items()
        )

    def take(self) -> dict[str, pa.Table]:
        """What is there as the tables of one piece; nothing is left."""
        tables = {name: _joined(parts) for name, parts in self._parts.items()}
        self._parts, self._bytes = {}, 0
        return tables


def _joined(parts: list[pa.Table]) -> pa.Table:
    if len(parts) == 1:
        return parts[0]
    # Fields that a batch has no values of are missing in it.
    return pa.concat_tables(parts, promote_options="default").unify_dictionaries()


SAMPLE = {
    "sample_id": pa.uint32(),
    "root": pa.string(),
    "path": pa.string(),
    "filename": pa.string(),
    "split": pa.string(),
    "group": pa.string(),
    "width": pa.int32(),
    "height": pa.int32(),
    "bytes": pa.int64(),
    "orientation": pa.int8(),
    "modified_ns": pa.int64(),
    "captured_at": TIMESTAMP,
    "camera": pa.string(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
    "caption": pa.string(),
    "source_id": pa.string(),
}
CLASS = pa.schema(
    [
        *((name, pa.string()) for name in ("name", "source_id", "supercategory")),
        ("keypoints", pa.list_(pa.string())),
        ("skeleton", pa.list_(pa.list_(pa.int32()))),
    ]
)
ISSUE = pa.schema(
    [
        *((name, pa.string()) for name in ("code", "action", "kind", "item", "message")),
        ("sample_id", pa.uint32()),
    ]
)


def root_table(name: str, location: str) -> pa.Table:
    """The `root` table."""
    return pa.table({"name": texts([name]), "location": texts([location])})


def class_table(classes: Sequence[ClassEntry]) -> pa.Table:
    """The `class` table."""
    names = [field for field in ClassEntry._fields if field not in ("keypoints", "skeleton")]
    columns = {name: texts([getattr(entry, name) for entry in classes]) for name in names}
    keypoints = [entry.keypoints for entry in classes]
    skeletons = [entry.skeleton for entry in classes]
    for name, values in (("keypoints", keypoints), ("skeleton", skeletons)):
        kind = CLASS.field(name).type
        given = any(value is not None for value in values)
        columns[name] = pa.array(values, kind) if given else pa.nulls(len(values), kind)
    return pa.table(columns, CLASS)


def issue_table(issues: Sequence[Issue], sample_ids: Sequence[int | None]) -> pa.Table:
    """The `issue` table."""
    columns = {
        "code": texts([issue.code for issue in issues]),
        "action": texts([issue.action for issue in issues]),
        "kind": texts([issue.kind for issue in issues]),
        "item": texts([issue.item for issue in issues]),
        "message": texts([issue.message for issue in issues]),
        "sample_id": optional(list(sample_ids), pa.uint32()),
    }
    return pa.table(columns, ISSUE)


def sample_table(
    *,
    sample_ids: np.ndarray,
    root: str,
    paths: list[str],
    splits: list[str | None],
    sizes: list[tuple[int | None, int | None]],
    file_bytes: list[int | None],
    modified_ns: list[int | None],
    headers: list[Header | None],
    fields: dict[str, pa.Array],
) -> pa.Table:
    """The `sample` table; what a label file states goes before what EXIF says."""
    exif: dict[str, pa.Array | None] = dict.fromkeys(_EXIF)
    orientations = None
    if any(headers):
        exif = {
            name: make([getattr(header, name) if header else None for header in headers])
            for name, make in _EXIF.items()
        }
        orientations = [header.orientation if header else None for header in headers]
    columns: dict[str, pa.Array | None] = {
        "sample_id": numbers(sample_ids, pa.uint32()),
        "root": repeated(root, len(paths)),
        "path": texts(paths),
        "filename": texts([path.rpartition("/")[2] for path in paths]),
        "split": words(splits),
        "group": fields.get("group"),
        **_frames(sizes, file_bytes, modified_ns, orientations),
        **{name: _stated_or(fields.get(name), exif[name]) for name in exif},
        "caption": fields.get("caption"),
        "source_id": fields.get("source_id"),
    }
    arrays = {
        name: pa.nulls(len(paths), kind) if columns[name] is None else columns[name]
        for name, kind in SAMPLE.items()
    }
    further = {
        name: values
        for name, values in fields.items()
        if name not in SAMPLE and values.null_count < len(values)
    }
    return pa.table({**arrays, **further})


def file_table(
    *,
    sample_ids: np.ndarray,
    sizes: list[tuple[int | None, int | None]],
    file_bytes: list[int | None],
    modified_ns: list[int | None],
    headers: list[Header | None],
) -> pa.Table:
    """The `sample` table with only the columns that nobody but an ingest sets."""
    orientations = [header.orientation if header else None for header in headers]
    frames = _frames(sizes, file_bytes, modified_ns, orientations)
    return pa.table({"sample_id": numbers(sample_ids, pa.uint32()), **frames})


_EXIF: dict[str, Callable[[list[Any]], pa.Array]] = {
    "captured_at": timestamps,
    "camera": texts,
    "latitude": lambda values: optional(values, pa.float64()),
    "longitude": lambda values: optional(values, pa.float64()),
}


def _frames(
    sizes: list[tuple[int | None, int | None]],
    file_bytes: list[int | None],
    modified_ns: list[int | None],
    orientations: list[int | None] | None,
) -> dict[str, pa.Array]:
    columns = {
        "width": [width for width, _ in sizes],
        "height": [height for _, height in sizes],
        "bytes": file_bytes,
        "modified_ns": modified_ns,
    }
    made = {name: optional(values, SAMPLE[name]) for name, values in columns.items()}
    kind = SAMPLE["orientation"]
    made["orientation"] = (
        optional(orientations, kind) if orientations else pa.nulls(len(sizes), kind)
    )
    return made


def _stated_or(stated: pa.Array | None, found: pa.Array | None) -> pa.Array | None:
    if stated is None or found is None:
        return found if stated is None else stated
    import pyarrow.compute as pc

    return pc.coalesce(stated, found)


def media_table(sample_ids: Sequence[int], result: MediaResult) -> pa.Table:
    """The `media` table."""
    return pa.table(
        {
            "sample_id": optional(sample_ids, pa.uint32()),
            "content_hash": texts(result.hashes),
            "thumb_offset": optional(result.offsets, pa.int64()),
            "thumb_length": optional(result.lengths, pa.int32()),
            "thumb_width": optional(result.widths, pa.int32()),
            "thumb_height": optional(result.heights, pa.int32()),
            "dominant_color": optional(result.colors, pa.uint32()),
            **{name: _measures(values) for name, values in result.measures.items()},
        }
    )


def _measures(values: list[float]) -> pa.Array:
    measured = np.array(values, dtype=np.float32)
    return numbers(measured, pa.float32(), ~np.isnan(measured))
