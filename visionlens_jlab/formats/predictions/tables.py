"""Predictions in tables: CSV, Parquet, Arrow, or the rows of a DataFrame.

The image is named by the first of the columns in `IMAGE_COLUMNS` that exists. Either each row is a
prediction, with its class, confidence and perhaps its box (`x, y, w, h`, or corners), in pixels of
the upright image; or each row is an image, with a column of probabilities for each class.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.formats.predictions.base import PredictionBatch
from visionlens_jlab.formats.predictions.targets import Targets, numbered_classes, strange_classes
from visionlens_jlab.formats.tables.columns import IMAGE_COLUMNS as NAME_COLUMNS
from visionlens_jlab.formats.tables.columns import floats, usual_columns
from visionlens_jlab.formats.tables.dataframe_annotations import ANNOTATION_COLUMNS, annotation_rows

ID_COLUMNS = ("source_id", "image_id")
IMAGE_COLUMNS = ("sample_id", *NAME_COLUMNS, *ID_COLUMNS)
PROBABILITIES = "probabilities"
"""Attribute of a classification: class -> probability of the most probable ones."""
KEPT_PROBABILITIES = 20
_NAMES = {
    "class": (
        "label",
        "category",
        "class_name",
        "prediction",
        "predicted",
        "class_id",
        "category_id",
    ),
    "confidence": ("score", "probability", "conf"),
}
_PREFIXES = ("", "p_", "prob_", "probability_", "score_")
_SUM_TOLERANCE = 0.01


def read_prediction_table(
    table: pa.Table, targets: Targets, item: str
) -> Iterator[PredictionBatch]:
    """The predictions of a table; `item` is what a row is called in the report.

    Raises
    ------
    VisionLensError
        PREDICTIONS_INVALID where no column names images, or neither classes nor probabilities.
    """
    column = next((name for name in IMAGE_COLUMNS if name in table.column_names), None)
    if column is None:
        raise _invalid(table, f"Name the images in a column {', '.join(IMAGE_COLUMNS[:5])} ...")
    names = table.column(column).to_pylist()
    images = _images(column, names, targets)
    table, issues, fractions = usual_columns(_with_usual_names(table), column, item)
    yield PredictionBatch(issues=issues)
    if "class" in table.column_names:
        batch = _rows(table, names, images, targets, item)
        assert batch.rows is not None
        batch.rows.normalised = fractions
        batch.rows.area = None if fractions else batch.rows.area
        yield batch
        return
    classes = _probability_columns(table, targets)
    if not classes:
        raise _invalid(table, "Give a column class, or one of probabilities for each class.")
    yield _probabilities(table, classes, names, images, item)


def _images(column: str, names: list[Any], targets: Targets) -> list[int]:
    if column == "sample_id":
        return targets.by_sample_id(names)
    by_id = column in ID_COLUMNS
    known = {
        name: targets.by_id(name) if by_id else targets.by_name(str(name))
        for name in dict.fromkeys(names)
        if name is not None
    }
    return [known.get(name, -1) for name in names]


def _with_usual_names(table: pa.Table) -> pa.Table:
    """Common names of columns replaced by ours."""
    names = list(table.column_names)
    for ours, others in _NAMES.items():
        found = next((other for other in others if other in names), None)
        if ours not in names and found is not None:
            names[names.index(found)] = ours
    return table.rename_columns(names)


def _rows(
    table: pa.Table, names: list[Any], images: list[int], targets: Targets, item: str
) -> PredictionBatch:
    """One prediction for each row."""
    known = {*ANNOTATION_COLUMNS, *IMAGE_COLUMNS, "annotation_id", "source", "tags"}
    further = [
        name
        for name in table.column_names
        if name not in known and not name.startswith("__index_level_")
    ]
    rows, issues, found = annotation_rows(table, images, further, item)
    rows.classes = _named(rows.classes, targets)
    rows.is_crowd = rows.difficult = rows.truncated = rows.occluded = None
    kept = rows.images >= 0
    batch = PredictionBatch(issues=issues, found=found, named=np.unique(rows.images[kept]), files=1)
    if not kept.all():
        place = {rows.name(index): index for index in np.flatnonzero(~kept).tolist()}
        for name in place:
            row = int(name.rpartition(" ")[2])
            batch.unmatched.add(str(names[row]), images[row], 1)
    batch.rows = _selected(rows, np.flatnonzero(kept))
    classes = [one.name for one in targets.classes]
    batch.issues += strange_classes(
        Counter(batch.rows.classes), classes, item.removesuffix(": row")
    )
    return batch


def _named(labels: list[str | None], targets: Targets) -> list[str | None]:
    """The classes that numbers stand for, where all are numbers and none is a class's name."""
    used = {label for label in labels if label is not None}
    if used & {known.name for known in targets.classes} or not all(map(str.isdecimal, used)):
        return labels
    names = {str(number): name for number, name in numbered_classes(targets.classes).items()}
    return [None if label is None else names.get(label, label) for label in labels]


def _probability_columns(table: pa.Table, targets: Targets) -> dict[str, str]:
    """Column -> class."""
    found = {}
    for known in targets.classes:
        for prefix in _PREFIXES:
            name = prefix + known.name
            if name in table.column_names and _is_number(table.schema.field(name).type):
                found[name] = known.name
                break
    return found


def _probabilities(
    table: pa.Table, classes: dict[str, str], names: list[Any], images: list[int], item: str
) -> PredictionBatch:
    """The most probable class of each row's image, with the probabilities beside it."""
    matrix = np.stack([floats(table.column(name)) for name in classes], axis=1)
    labels = list(classes.values())
    batch = PredictionBatch(found=table.num_rows, files=1)
    placed = np.array(images, dtype=np.int64)
    valid = np.isfinite(matrix).all(axis=1)
    for row in np.flatnonzero(placed < 0).tolist():
        batch.unmatched.add(str(names[row]), images[row], 1)
    for row in np.flatnonzero((placed >= 0) & ~valid).tolist():
        message = "A probability is missing or no number."
        batch.issues.append(
            Issue("ANNOTATION_INVALID", "skipped", "annotation", f"{item} {row}", message)
        )
    kept = np.flatnonzero((placed >= 0) & valid)
    sums = matrix[kept].sum(axis=1)
    odd = np.abs(sums - 1) > _SUM_TOLERANCE
    if odd.any():
        message = f"The probabilities of {int(odd.sum())} images do not sum to 1; kept as they are."
        batch.issues.append(Issue("PROBABILITIES_SUM", "kept", "other", item, message))
    best = matrix[kept].argmax(axis=1)
    order = np.argsort(-matrix[kept], axis=1, kind="stable")[:, :KEPT_PROBABILITIES]
    rows = kept.tolist()
    batch.rows = AnnotationRows(
        images=placed[kept],
        classes=[labels[index] for index in best.tolist()],
        kinds=["classification"] * len(kept),
        boxes=np.full((len(kept), 4), np.nan),
        name=lambda index: f"{item} {rows[index]}",
        confidence=matrix[kept, best],
        attributes=[
            json.dumps({PROBABILITIES: {labels[i]: matrix[row, i].item() for i in chosen}})
            for row, chosen in zip(rows, order.tolist(), strict=True)
        ],
    )
    batch.named = np.unique(placed[kept])
    return batch


def _selected(rows: AnnotationRows, kept: np.ndarray) -> AnnotationRows:
    """Some rows."""
    if len(kept) == len(rows.classes):
        return rows
    listed = kept.tolist()

    def some(values: Sequence[Any] | None) -> list[Any] | None:
        return None if values is None else [values[index] for index in listed]

    name = rows.name
    return AnnotationRows(
        images=rows.images[kept],
        classes=some(rows.classes) or [],
        kinds=some(rows.kinds) or [],
        boxes=rows.boxes[kept],
        name=lambda index: name(listed[index]),
        confidence=None if rows.confidence is None else rows.confidence[kept],
        area=None if rows.area is None else rows.area[kept],
        attributes=some(rows.attributes),
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    )


def _invalid(table: pa.Table, hint: str) -> VisionLensError:
    listed = ", ".join(table.column_names[:20])
    return VisionLensError(
        "PREDICTIONS_INVALID", f"The table has the columns {listed}: no predictions.", hint
    )
