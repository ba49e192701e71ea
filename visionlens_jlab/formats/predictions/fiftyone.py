"""Predictions in a field of the labels that FiftyOne exports: one run of several in a file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.predictions.base import PredictionBatch
from visionlens_jlab.formats.predictions.targets import Targets
from visionlens_jlab.formats.records.fiftyone import samples_of, size_of
from visionlens_jlab.formats.records.fiftyone_labels import has_confidence, is_label, labels_of
from visionlens_jlab.formats.records.format import rows_of
from visionlens_jlab.formats.records.record import NotMineError, Object
from visionlens_jlab.media.sources import Source

SAMPLES = 5000
"""Samples of one batch."""


def read_fiftyone(
    source: Source, path: str, targets: Targets, options: Mapping[str, Any]
) -> Iterator[PredictionBatch]:
    """The predictions of the field that the option `field` names, else of the only one.

    Raises
    ------
    VisionLensError
        PREDICTIONS_INVALID
    """
    try:
        with source.open(path) as file:
            samples = samples_of(file.read())
    except (ValueError, NotMineError) as error:
        raise VisionLensError(
            "PREDICTIONS_INVALID", f"{path} holds no samples of FiftyOne: {error}."
        ) from error
    field = _field(path, samples, options.get("field"))
    yield PredictionBatch(files=1)
    for start in range(0, len(samples), SAMPLES):
        yield _batch(path, samples[start : start + SAMPLES], field, targets)


def _field(path: str, samples: list[Any], stated: Any) -> str:
    """Raises PREDICTIONS_INVALID."""
    fields: dict[str, bool] = {}
    for sample in samples:
        for name, value in sample.items() if isinstance(sample, dict) else ():
            if is_label(value):
                fields[name] = fields.get(name, False) or has_confidence(value)
    sure = [name for name in fields if fields[name]]
    if stated in fields:
        return str(stated)
    if stated is None and len(sure) == 1:
        return sure[0]
    raise VisionLensError(
        "PREDICTIONS_INVALID",
        f"{path} has predictions in no field {stated!r}."
        if stated is not None
        else f"{path} has {len(sure)} fields of labels with confidences.",
        f"Name one of them with field=: {', '.join(fields) or 'there are none'}.",
    )


def _batch(path: str, samples: list[Any], field: str, targets: Targets) -> PredictionBatch:
    batch, named = PredictionBatch(), []
    objects: list[tuple[int, str, Object]] = []
    for sample in samples:
        value = sample.get(field) if isinstance(sample, dict) else None
        if not is_label(value):
            continue
        name = str(sample.get("filepath") or "")
        image = targets.by_name(name)
        size = size_of(sample)
        if None in size and image >= 0:
            height, width = targets.size(image) or (None, None)
            size = width, height
        found = labels_of(value, size)
        batch.found += len(found.objects) + len(found.invalid)
        if image < 0:
            batch.unmatched.add(name, image, len(found.objects) + len(found.invalid))
            continue
        named.append(image)
        item = f"{path}: {posixpath.basename(name)}"
        for reason in found.invalid:
            issue = Issue("ANNOTATION_INVALID", "skipped", "annotation", item, f"{reason}.", image)
            batch.issues.append(issue)
        for position, thing in enumerate(found.objects, 1):
            objects.append((image, f"{item}: {thing.class_name} {position}", thing))
    batch.named = np.array(named, dtype=np.int64)
    if objects:
        batch.rows = rows_of(objects)
        batch.rows.normalised = True
    return batch
