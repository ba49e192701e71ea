"""A job's input as what `evaluation` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.evaluation.capability import CLASSES, IMAGES, LABELS, PREDICTIONS
from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects, make_objects
from visionlens_jlab.evaluation.shapes import EvaluateRequest
from visionlens_jlab.formats.predictions.tables import PROBABILITIES


def read_objects(folder: Path, request: EvaluateRequest) -> tuple[Objects, Objects]:
    """Labels and predictions; rows of images are those of `read_images`."""
    classes = _table(folder / CLASSES)
    known = classes.column("class_id").to_numpy()
    labels, predictions = _table(folder / LABELS), _table(folder / PREDICTIONS)
    if request.protocol == "classification":
        numbers = dict(zip(classes.column("name").to_pylist(), known.tolist(), strict=True))
        predictions = with_probabilities(predictions, numbers)
    masks = request.geometry == "mask" or request.protocol == "segmentation"
    return (
        _objects(labels, known, request, scores=None, areas=_numbers(labels, "area")),
        _objects(
            predictions,
            known,
            request,
            scores=_numbers(predictions, "confidence"),
            areas=_numbers(predictions, "area") if masks else None,
        ),
    )


def read_images(folder: Path) -> ImageInfo:
    """The images, by path; those without a group are one of their own."""
    table = _table(folder / IMAGES)
    sizes = np.stack([table.column(name).to_numpy() for name in ("width", "height")], axis=1)
    return ImageInfo(
        table.column("sample_id").to_numpy().astype(np.uint32),
        _groups(table.column("group")),
        sizes.astype(np.int32),
    )


def read_classes(folder: Path) -> list[str]:
    """Names, in the order that class numbers of objects mean."""
    names: list[str] = _table(folder / CLASSES).column("name").to_pylist()
    return names


def _objects(
    table: pa.Table,
    known: np.ndarray,
    request: EvaluateRequest,
    *,
    scores: np.ndarray | None,
    areas: np.ndarray | None,
) -> Objects:
    classes = table.column("class_id").fill_null(-1).to_numpy()
    rows = np.searchsorted(known, classes)
    boxes = np.stack([_numbers(table, name) for name in "xywh"], axis=1)
    difficult = np.asarray(table.column("difficult").to_numpy(zero_copy_only=False), dtype=bool)
    return make_objects(
        table.column("annotation_id").to_numpy(),
        table.column("image").to_numpy(),
        np.where(classes < 0, -1, rows),
        boxes,
        scores=scores,
        areas=areas,
        crowd=np.asarray(table.column("is_crowd").to_numpy(zero_copy_only=False), dtype=bool),
        # COCO knows nothing of difficult objects
        ignore=difficult if request.protocol == "voc" else None,
        geometry=_shapes(table),
    )


def with_probabilities(predictions: pa.Table, numbers: dict[str, int]) -> pa.Table:
    """A row for each class that a classification gives a probability, instead of one.

    Parameters
    ----------
    predictions : pa.Table
        Of `catalog.evaluation_input.Input`.
    numbers : dict
        Name of a class -> class_id.
    """
    rows, classes, scores = [], [], []
    own = zip(
        predictions.column("class_id").to_pylist(),
        predictions.column("confidence").to_pylist(),
        predictions.column("attributes").to_pylist(),
        strict=True,
    )
    for row, (class_id, confidence, attributes) in enumerate(own):
        stated = _probabilities(attributes)
        known = {numbers[name]: score for name, score in stated.items() if name in numbers}
        for number, score in (known or {class_id: confidence}).items():
            rows.append(row)
            classes.append(number)
            scores.append(score)
    expanded = predictions.take(pa.array(rows, pa.int64()))
    for name, values, kind in (
        ("class_id", classes, pa.int32()),
        ("confidence", scores, pa.float64()),
    ):
        place = expanded.column_names.index(name)
        expanded = expanded.set_column(place, name, pa.array(values, kind))
    return expanded.drop_columns(["attributes"])


def _probabilities(attributes: str | None) -> dict[str, float]:
    """Of the attributes of a classification; nothing where there are none, or they are odd."""
    stated = json.loads(attributes).get(PROBABILITIES) if attributes else None
    if not isinstance(stated, dict):
        return {}
    return {name: float(p) for name, p in stated.items() if isinstance(p, int | float)}


def _shapes(table: pa.Table) -> list[bytes | None] | None:
    if "geometry" not in table.column_names:
        return None
    shapes: list[bytes | None] = table.column("geometry").to_pylist()
    return shapes


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    """float64 (n,), NaN where there is no value."""
    column: Any = table.column(name)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _groups(column: pa.ChunkedArray) -> np.ndarray:
    """int32 (m,)."""
    numbers: dict[Any, int] = {}
    groups = [
        numbers.setdefault(("image", row) if value is None else value, len(numbers))
        for row, value in enumerate(column.to_pylist())
    ]
    return np.array(groups, dtype=np.int32)


def _table(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return pa.ipc.open_stream(file).read_all()
