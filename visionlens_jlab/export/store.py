"""What an export writes, as tables: a consistent look at a view and its annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, as_ids
from visionlens_jlab.export.shapes import ExportRequest

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset
    from visionlens_jlab.core.catalog.snapshot import Snapshot

_SAMPLE_COLUMNS = [
    *("path", "filename", "split", "width", "height", "orientation", "source_id"),
    *("group", "camera", "captured_at", "latitude", "longitude", "caption"),
]
_ANNOTATION_COLUMNS = [
    *("annotation_id", "kind", "x", "y", "w", "h", "confidence", "area"),
    *("is_crowd", "difficult", "truncated", "occluded", "geometry", "attributes"),
]
_CLASSES = "SELECT name, source_id, supercategory, keypoints, skeleton FROM class ORDER BY class_id"


class ExportTables(NamedTuple):
    """`samples` in the order of the view, `annotations` by the sample's `row` there, `classes`.

    User fields are columns named `field:<name>`; `left_out` annotations of these samples and the
    source are not in the view.
    """

    samples: pa.Table
    annotations: pa.Table
    classes: pa.Table
    left_out: int


def export_tables(store: OpenDataset, request: ExportRequest) -> ExportTables:
    """What the request asks for. ID_UNKNOWN, and what reading the view raises."""
    with store.snapshot() as snapshot:
        return _read(snapshot, request)


def _read(snapshot: Snapshot, request: ExportRequest) -> ExportTables:
    reader = snapshot.reader
    samples, annotations = _chosen(snapshot, request)
    reader.register_ids("exported", samples)
    sample_columns = [f"s.{quote(name)}" for name in _SAMPLE_COLUMNS]
    sample_columns += _fields(snapshot, "samples", "s")
    sample_table = reader.arrow(
        f"SELECT coalesce({LOCATION}, '') AS location, {', '.join(sample_columns)}, "
        "coalesce(t.tags, []) AS tags FROM exported e JOIN sample s ON s.sample_id = e.id "
        "LEFT JOIN source_root r ON r.name = s.root "
        f"LEFT JOIN ({_tags('sample')}) t ON t.sample_id = s.sample_id ORDER BY e.position"
    )
    of_source = "a.source = ?"
    left_out = 0
    if annotations is not None:
        reader.register_ids("exported_annotations", annotations)
        inside = "a.annotation_id IN (SELECT id FROM exported_annotations)"
        total, kept = reader.rows(
            f"SELECT count(*), count(*) FILTER ({inside}) FROM annotation a "
            f"JOIN exported e ON e.id = a.sample_id WHERE {of_source}",
            [request.source],
        )[0]
        if kept or request.view is None or request.view.level == "annotations":
            left_out = total - kept
            of_source += f" AND {inside}"
    columns = [f"a.{quote(name)}" for name in _ANNOTATION_COLUMNS]
    columns += _fields(snapshot, "annotations", "a")
    annotation_table = reader.arrow(
        f'SELECT e.position AS "row", c.name AS class, {", ".join(columns)}, '
        "coalesce(t.tags, []) AS tags FROM exported e JOIN annotation a ON a.sample_id = e.id "
        "LEFT JOIN class c ON c.class_id = a.class_id "
        f"LEFT JOIN ({_tags('annotation')}) t ON t.annotation_id = a.annotation_id "
        f"WHERE {of_source} ORDER BY e.position, a.annotation_id",
        [request.source],
    )
    return ExportTables(sample_table, annotation_table, reader.arrow(_CLASSES), left_out)


def _chosen(snapshot: Snapshot, request: ExportRequest) -> tuple[Ids, Ids | None]:
    """Samples in order, and the annotations to keep; None: all of the source.

    Of a sample view those that match its conditions, as everywhere else, unless it shows all.
    """
    spec = request.view or ViewSpec()
    if request.ids is None:
        if request.view is None:
            return snapshot.view(spec).ids, None
        view = snapshot.view(spec)
        everything = spec.level == "samples" and spec.all
        kept = None if everything else snapshot.ids_at_level(view, "annotations")
        return snapshot.ids_at_level(view, "samples"), kept
    ids = as_ids(request.ids)
    snapshot.check_exist(spec.level, ids)
    ids = _unique(ids)
    if spec.level == "annotations":
        return _unique(snapshot.owners(ids)), ids
    if request.view is None or spec.all:
        return ids, None
    matching = snapshot.ids_at_level(snapshot.view(spec), "annotations")
    return ids, matching


def _unique(ids: Ids) -> Ids:
    """Each id once, where it first comes."""
    _, first = np.unique(ids, return_index=True)
    kept: Ids = ids[np.sort(first)]
    return kept


def _fields(snapshot: Snapshot, level: Level, alias: str) -> list[str]:
    return [
        f"{alias}.{quote(field.name)} AS {quote(f'field:{field.name}')}"
        for field in snapshot.fields.user(level)
    ]


def _tags(table: str) -> str:
    key = f"{table}_id"
    return f"SELECT {key}, list(tag ORDER BY tag) AS tags FROM {table}_tag GROUP BY {key}"
