"""The tables of an export as pictures with their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.writing.writer import FLAGS, Content, Label, Picture, Target

SAMPLES, ANNOTATIONS, CLASSES = "samples.arrow", "annotations.arrow", "classes.arrow"
"""In the spool's input."""
BATCH = 1000
"""Images turned into Python objects at once."""
_BUILT_IN = ("group", "camera", "captured_at", "latitude", "longitude", "caption")
_FIELD = "field:"


def make_content(
    samples: pa.Table,
    annotations: pa.Table,
    classes: pa.Table,
    *,
    is_run: bool,
    options: Mapping[str, Any],
) -> Content:
    """What a writer is given; pictures are made as they are asked for."""
    first = np.searchsorted(
        annotations["row"].to_numpy().astype(np.int64), np.arange(samples.num_rows + 1)
    )

    def pictures() -> Iterator[Picture]:
        for start in range(0, samples.num_rows, BATCH):
            rows = samples.slice(start, BATCH)
            end = start + rows.num_rows
            labels = annotations.slice(int(first[start]), int(first[end] - first[start]))
            yield from _pictures(rows, labels, start)

    return Content(
        classes=[ClassEntry(**row) for row in classes.to_pylist()],
        pictures=pictures,
        kinds={kind for kind in annotations["kind"].unique().to_pylist() if kind},
        splits=samples["split"].unique().to_pylist(),
        image_ids=_image_ids(samples["source_id"]),
        is_run=is_run,
        options=options,
    )


def watched(content: Content, tick: Callable[[], None]) -> Content:
    """The same, calling `tick` before each picture."""
    plain = content.pictures

    def pictures() -> Iterator[Picture]:
        for picture in plain():
            tick()
            yield picture

    content.pictures = pictures
    return content


def read_ahead(content: Content, target: Target) -> Content:
    """The same; images that the writer will bring are fetched ahead where they lie elsewhere."""
    plain = content.pictures

    def pictures() -> Iterator[Picture]:
        for location, group in groupby(plain(), lambda picture: picture.location):
            while batch := list(islice(group, BATCH)):
                with target.reading(location, [picture.path for picture in batch]):
                    yield from batch

    content.pictures = pictures
    return content


def _image_ids(stated: pa.ChunkedArray) -> list[int] | None:
    texts = stated.to_pylist()
    if not all(text and text.isascii() and text.isdigit() and len(text) < 16 for text in texts):
        return None
    ids = [int(text) for text in texts]
    return ids if len(set(ids)) == len(ids) else None


def _pictures(samples: pa.Table, annotations: pa.Table, first: int) -> Iterator[Picture]:
    pictures = [_picture(row) for row in samples.to_pylist()]
    for row in annotations.to_pylist():
        picture = pictures[row["row"] - first]
        picture.labels.append(_label(row, picture))
    return iter(pictures)


def _picture(row: dict[str, Any]) -> Picture:
    return Picture(
        location=row["location"],
        path=row["path"],
        filename=row["filename"],
        split=row["split"],
        width=row["width"],
        height=row["height"],
        orientation=row["orientation"] or 1,
        source_id=row["source_id"],
        built_in={name: row[name] for name in _BUILT_IN if row[name] is not None},
        fields=_fields(row),
        tags=row["tags"],
    )


def _label(row: dict[str, Any], picture: Picture) -> Label:
    box = row["x"], row["y"], row["w"], row["h"]
    named = f"{row['class'] or row['kind']} {row['annotation_id']}"
    return Label(
        item=f"{picture.filename}: {named}",
        class_name=row["class"],
        kind=row["kind"],
        box=None if None in box else box,
        area=row["area"],
        confidence=row["confidence"],
        is_crowd=row["is_crowd"],
        flags={flag: row[flag] for flag in FLAGS if row[flag] is not None},
        geometry=row["geometry"],
        attributes=row["attributes"],
        tags=row["tags"],
        fields=_fields(row),
    )


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(_FIELD): value
        for name, value in row.items()
        if name.startswith(_FIELD) and value is not None
    }
