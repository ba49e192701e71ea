"""What else an image shows, as fields of an analysis: its classes, and how many objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.quoting import named
from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.slices.input import Feature, is_wanted
from visionlens_jlab.core.predicates.renderer import literal
from visionlens_jlab.core.system.arrow_columns import numbers, values_of

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids

_MOST_CLASSES = 100
_ON_IMAGE = "samples.sample_id IN (SELECT sample_id FROM annotations WHERE {})"
_COUNTED = (
    "(SELECT count(*) FROM annotations counted "
    "WHERE counted.sample_id = samples.sample_id AND counted.source = 'ground_truth')"
)
COUNT = Feature(
    name="samples.count()",
    field="count()",
    sql=_COUNTED,
    label="number of objects",
    level="samples",
    kind="integer",
    origin="scene",
)


def read_scenes(
    snapshot: Snapshot, request: AnalyseRequest, label_samples: Ids, count: int, *, answers: bool
) -> dict[Feature, pa.Array]:
    """Columns of all samples: objects on each, and whether one of a class is there.

    Parameters
    ----------
    snapshot : Snapshot
    request : AnalyseRequest
    label_samples : int32
        Row of the sample of each ground-truth annotation, by id.
    count : int
        Samples.
    answers : bool
        Whether labels of whole images are what the run had to say. These are no scene: that an
        image of a cat has a cat in it is its class once more.
    """
    found: dict[Feature, pa.Array] = {}
    if is_wanted(request, COUNT.names):
        objects = np.bincount(label_samples, minlength=count).astype(np.float64)
        found[COUNT] = numbers(objects, pa.float64())
    rows = snapshot.reader.arrow(
        "SELECT coalesce(class_id, -1), kind = 'classification' FROM annotation "
        "WHERE source = 'ground_truth' ORDER BY annotation_id"
    )
    classes = values_of(rows.column(0)).astype(np.int64)
    many = np.bincount(classes + 1)[1:]
    if answers:
        told = np.unique(classes[values_of(rows.column(1)) & (classes >= 0)])
        many[told] = 0
    # The most frequent: rare ones are in too few images to tell anything.
    for class_id in np.argsort(-many, kind="stable")[:_MOST_CLASSES].tolist():
        feature = _there(snapshot.class_names.get(class_id, ""))
        if many[class_id] and is_wanted(request, feature.names):
            there = np.zeros(count, dtype=bool)
            there[label_samples[classes == class_id]] = True
            found[feature] = numbers(there, pa.bool_())
    return found


def scene_names(snapshot: Snapshot) -> list[str]:
    """What a request may name, as predicates write it."""
    return [COUNT.field, *(_there(label).field for label in snapshot.class_names.values())]


def _there(label: str) -> Feature:
    said = literal(label)
    condition = f"source = 'ground_truth' AND class = {said}"
    return Feature(
        name=f"samples.any({said})",
        field=f"any(class = {said})",
        sql=_ON_IMAGE.format(condition),
        label=f"{named(label)} in the image",
        level="samples",
        kind="flag",
        origin="scene",
        holds=(f"any(class = {said})", f"none(class = {said})"),
        says=(f"images with a {named(label)}", f"images without a {named(label)}"),
    )
