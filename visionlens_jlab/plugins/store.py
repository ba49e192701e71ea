"""What a run of a plugin reads of a dataset, and what it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
from visionlens_jlab.plugins.capability import TAGS, VALUES
from visionlens_jlab.plugins.shapes import OperatorRequest

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
        snapshot.reader.register_ids("chosen", _chosen(snapshot, request))
        return snapshot.reader.arrow(_SAMPLES), snapshot.reader.arrow(_ANNOTATIONS)


def _chosen(snapshot: Snapshot, request: OperatorRequest) -> Ids:
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
    return {"tags": list(given), "fields": list(fields)}


def _by_name(table: pa.Table, column: str) -> dict[str, pa.Table]:
    names = table[column].unique().to_pylist()
    return {name: table.filter(pc.equal(table[column], name)) for name in names}
