"""What an evaluation is made from: labels, predictions, images; and whether it has changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import EvaluateRequest
from visionlens_jlab.evaluation.store.rows import EMPTY_DIGEST
from visionlens_jlab.evaluation.store.runs import GROUND_TRUTH, read_run

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids

_SHAPES = "'mask', 'polygon', 'oriented_box'"
_WITH_KEYPOINTS = (
    "SELECT class_id FROM annotation WHERE kind = 'keypoints' AND source = 'ground_truth'"
)
_TAKES_PART = {
    "box": "a.x IS NOT NULL",
    "mask": f"a.kind IN ({_SHAPES})",
    # A label of such a class without any keypoint, as crowds are, is not looked for; detections
    # on it are no errors.
    "keypoints": "(a.kind = 'keypoints' OR (a.source = 'ground_truth' AND a.x IS NOT NULL "
    f"AND a.class_id IN ({_WITH_KEYPOINTS})))",
}
_NAMES = {"box": "boxes", "mask": "masks or polygons", "keypoints": "keypoints"}
_HASHED = (
    "annotation_id, sample_id, class_id, kind, x, y, w, h, confidence, area, is_crowd, "
    "difficult, geometry, attributes"
)


@dataclass(frozen=True)
class Input:
    """Arrow tables of one version.

    Attributes
    ----------
    labels, predictions : pa.Table
        annotation_id, image (row of `images`), class_id, x, y, w, h, confidence, area, is_crowd,
        difficult, and, where they are needed, kind, geometry, attributes; by annotation_id.
    images : pa.Table
        sample_id, group, width, height; by path.
    classes : pa.Table
        class_id, name.
    digest : str
        Of all of this.
    predicate : str or None
        Text of the view.
    trained_on : list of str
        Splits among these images that the run's model was trained on.
    """

    labels: pa.Table
    predictions: pa.Table
    images: pa.Table
    classes: pa.Table
    digest: str
    predicate: str | None
    trained_on: list[str]


def read_input(snapshot: Snapshot, request: EvaluateRequest) -> Input:
    """Read the input of an evaluation.

    Raises
    ------
    VisionLensError
        RUN_NOT_FOUND; EVALUATION_INVALID where there is nothing to compare; what the view raises.
    """
    reader = snapshot.reader
    run = read_run(reader, request.run)
    samples = _samples(snapshot, request.view)
    reader.register_ids("evaluated", samples)
    images = reader.arrow(
        'SELECT s.sample_id, s."group", coalesce(s.width, 0) AS width, '
        "coalesce(s.height, 0) AS height, s.split "
        "FROM sample s JOIN evaluated e ON e.id = s.sample_id ORDER BY s.path, s.root, s.sample_id"
    )
    reader.register("ranked", _ranked(images))
    labels, predictions = (
        reader.arrow(_objects_sql(request), [source]) for source in (GROUND_TRUTH, run.run)
    )
    _check(request, labels, predictions, run.annotations)
    splits = {split for split in images.column("split").unique().to_pylist() if split}
    return Input(
        labels,
        predictions,
        images.drop_columns(["split"]),
        reader.arrow("SELECT class_id, name FROM class ORDER BY class_id"),
        digest_of(snapshot, request),
        _predicate(snapshot, request.view),
        sorted(splits.intersection(run.trained_on)),
    )


def digest_of(snapshot: Snapshot, request: EvaluateRequest) -> str:
    """A digest of what the evaluation would be made from now; empty: it cannot be made."""
    key = ("evaluation_digest", request.run, _text(request.view))
    return snapshot.cached(key, lambda: _digest(snapshot, request))


def _digest(snapshot: Snapshot, request: EvaluateRequest) -> str:
    reader, among = snapshot.reader, ""
    if request.view is not None:
        try:
            reader.register_ids("digested", _samples(snapshot, request.view))
        except VisionLensError:  # a field or an evaluation that the view names is gone
            return EMPTY_DIGEST
        among = " AND sample_id IN (SELECT id FROM digested)"
    facts: list[Any] = reader.rows(
        f"SELECT source = 'ground_truth' AS own, count(*), bit_xor(hash({_HASHED})) "
        f"FROM annotation WHERE source IN ('ground_truth', ?){among} GROUP BY own ORDER BY own",
        [request.run],
    )
    facts += reader.rows(
        f'SELECT count(*), bit_xor(hash(sample_id, path, "group")) FROM sample WHERE true{among}'
    )
    return hashlib.blake2s(json.dumps(facts).encode(), digest_size=16).hexdigest()


def _samples(snapshot: Snapshot, view: ViewSpec | None) -> Ids:
    """The samples of a view, uint32; None: of the dataset."""
    if view is None:
        return snapshot.reader.ids("SELECT sample_id FROM sample")
    return snapshot.ids_at_level(snapshot.view(view), "samples")


def _ranked(images: pa.Table) -> pa.Table:
    count = images.num_rows
    return pa.table({"image": pa.array(range(count), pa.int32()), "id": images.column(0)})


def _objects_sql(request: EvaluateRequest) -> str:
    columns = "a.annotation_id, r.image, a.class_id, a.x, a.y, a.w, a.h, a.confidence, a.area, "
    columns += "a.is_crowd, coalesce(a.difficult, false) AS difficult"
    part = _TAKES_PART[request.geometry]
    if request.protocol == "classification":
        part = "a.kind = 'classification'"
        columns += ", a.attributes"
    elif request.protocol == "segmentation":
        part = f"a.kind IN ({_SHAPES})"
    if request.geometry == "keypoints":
        columns += ", a.kind, CASE WHEN a.kind = 'keypoints' THEN a.geometry END AS geometry"
    elif request.geometry != "box" or request.protocol == "segmentation":
        columns += ", a.kind, a.geometry"
    return (
        f"SELECT {columns} FROM annotation a JOIN ranked r ON r.id = a.sample_id "
        f"WHERE a.source = ? AND {part} ORDER BY a.annotation_id"
    )


def _check(
    request: EvaluateRequest, labels: pa.Table, predictions: pa.Table, all_predictions: int
) -> None:
    """EVALUATION_INVALID where either side has nothing of the geometry that is asked for."""
    what = _NAMES[request.geometry]
    if request.protocol == "classification":
        what = "classes of whole images"
    elif request.protocol == "segmentation":
        what = _NAMES["mask"]
    if not labels.num_rows:
        raise VisionLensError("EVALUATION_INVALID", f"There are no labels that are {what}.")
    if not predictions.num_rows and all_predictions:
        raise VisionLensError(
            "EVALUATION_INVALID", f"The run {request.run!r} has no {what} on these images."
        )


def _predicate(snapshot: Snapshot, view: ViewSpec | None) -> str | None:
    return None if view is None else snapshot.view(view).predicate


def _text(view: ViewSpec | None) -> str:
    return "" if view is None else view.model_dump_json()
