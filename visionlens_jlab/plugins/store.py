"""What a run of a plugin reads of a dataset, and what it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, field_set
from visionlens_jlab.core.fields.values import write_field, write_tag
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, as_ids
from visionlens_jlab.evaluation.matching.outcomes import IGNORED, events
from visionlens_jlab.evaluation.store.evaluations import evaluated_of
from visionlens_jlab.evaluation.store.rows import add_metrics, read_evaluation
from visionlens_jlab.plugins.capability import TAGS, VALUES
from visionlens_jlab.plugins.shapes import HooksRequest, OperatorRequest

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset
    from visionlens_jlab.core.catalog.snapshot import Snapshot

_SAMPLES = f"""
    SELECT s.sample_id, coalesce({LOCATION}, '') AS location, s.path, s.filename, s.width,
        s.height, s.split, coalesce(t.tags, []) AS tags
    FROM chosen c JOIN sample s ON s.sample_id = c.id
    LEFT JOIN source_root r ON r.name = s.root
    LEFT JOIN (SELECT sample_id, list(tag ORDER BY tag) AS tags FROM sample_tag GROUP BY sample_id)
        t ON t.sample_id = s.sample_id
    ORDER BY c.position
"""
_ANNOTATIONS = """
    SELECT c.position AS "row", a.annotation_id, k.name AS class, a.kind, a.x, a.y, a.w, a.h,
        a.confidence, a.source
    FROM chosen c JOIN annotation a ON a.sample_id = c.id
    LEFT JOIN class k ON k.class_id = a.class_id
    ORDER BY c.position, a.annotation_id
"""


def operator_tables(store: OpenDataset, request: OperatorRequest) -> tuple[pa.Table, pa.Table]:
    """The samples that the request means, in order, and their annotations by `row`. ID_UNKNOWN."""
    with store.snapshot() as snapshot:
        return _tables(snapshot, _chosen(snapshot, request))


def hook_tables(store: OpenDataset, request: HooksRequest) -> tuple[pa.Table, pa.Table]:
    """The same of what hooks are told of. ID_UNKNOWN, EVALUATION_NOT_FOUND."""
    with store.snapshot() as snapshot:
        if request.evaluation is not None:
            return _tables(snapshot, evaluated_of(snapshot, request.evaluation).sample_ids)
        ids = _chosen(snapshot, request)
        return _tables(snapshot, ids if request.first is None else ids[ids >= request.first])


def _tables(snapshot: Snapshot, ids: Ids) -> tuple[pa.Table, pa.Table]:
    snapshot.reader.register_ids("chosen", ids)
    return snapshot.reader.arrow(_SAMPLES), snapshot.reader.arrow(_ANNOTATIONS)


class EvaluatedTables(NamedTuple):
    """What an evaluator gets: see `plugin_api.EvaluationContext`."""

    samples: pa.Table
    annotations: pa.Table
    matches: pa.Table
    """truth and prediction: ids (uint32) or null; iou (float64)."""
    facts: dict[str, Any]


def evaluated_tables(store: OpenDataset, evaluation: str) -> EvaluatedTables:
    """An evaluation at its operating point. EVALUATION_NOT_FOUND, DATASET_DAMAGED."""
    with store.snapshot() as snapshot:
        detail = read_evaluation(snapshot.reader, evaluation).detail
        evaluated = evaluated_of(snapshot, evaluation)
        samples, annotations = _tables(snapshot, evaluated.sample_ids)
    confidence = detail.operating_point.confidence
    found = events(evaluated, confidence)
    found = found.take(found.outcome != IGNORED)
    sides = {
        "truth": (evaluated.labels.ids, found.label),
        "prediction": (evaluated.predictions.ids, found.prediction),
    }
    columns = {
        name: pa.array(np.append(ids, ids.dtype.type(0))[rows], pa.uint32(), mask=rows < 0)
        for name, (ids, rows) in sides.items()
    }
    alone = (found.label < 0) | (found.prediction < 0) | np.isnan(found.iou)
    sources = pa.array(["ground_truth", detail.run])
    kept = pc.is_in(annotations["source"], sources)
    scores = pc.greater_equal(pc.fill_null(annotations["confidence"], 1.0), confidence)
    shown = pc.or_(pc.equal(annotations["source"], "ground_truth"), scores)
    return EvaluatedTables(
        samples,
        annotations.filter(pc.and_(kept, shown)),
        pa.table({**columns, "iou": pa.array(found.iou, pa.float64(), mask=alone)}),
        {
            "evaluation": detail.evaluation,
            "run": detail.run,
            "iou": detail.operating_point.iou,
            "confidence": confidence,
        },
    )


def _chosen(snapshot: Snapshot, request: OperatorRequest | HooksRequest) -> Ids:
    spec = request.view or ViewSpec()
    if request.ids is None:
        return snapshot.ids_at_level(snapshot.view(spec), "samples")
    ids = as_ids(request.ids)
    snapshot.check_exist(spec.level, ids)
    owners = snapshot.owners(ids) if spec.level == "annotations" else ids
    _, first = np.unique(owners, return_index=True)
    kept: Ids = owners[np.sort(first)]
    return kept


def write_changes(
    cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles
) -> dict[str, Any]:
    """Write the tags and values that a run gave; samples deleted meanwhile are passed over."""
    present = cursor.execute("SELECT sample_id FROM sample").fetchnumpy()["sample_id"]
    given = _by_name(piece.tables[TAGS], "tag")
    for tag, rows in given.items():
        ids = rows["sample_id"].to_numpy()
        write_tag(cursor, "samples", ids[np.isin(ids, present)], tag, remove=False)
    fields = _by_name(piece.tables[VALUES], "field")
    for name, rows in fields.items():
        ids = rows["sample_id"].to_numpy()
        kept = np.flatnonzero(np.isin(ids, present))
        values = [json.loads(value) for value in rows["value"].take(kept).to_pylist()]
        write_field(
            cursor,
            field_set(cursor.execute(LIST_FIELDS).fetchall()),
            level="samples",
            name=name,
            ids=ids[kept],
            values=pa.array(values),
        )
    if (metrics := piece.summary["operator"].get("metrics")) is not None:
        add_metrics(cursor, piece.summary["operator"]["evaluation"], **metrics)
    return {"tags": list(given), "fields": list(fields)}


def _by_name(table: pa.Table, column: str) -> dict[str, pa.Table]:
    names = table[column].unique().to_pylist()
    return {name: table.filter(pc.equal(table[column], name)) for name in names}
