"""Arrow tables of an ingest's pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
