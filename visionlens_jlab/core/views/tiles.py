"""What the grid draws for a page of ids: two statements, whatever their number."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.places import Places, crop_key
from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.predicates.compiler import compile_matching
from visionlens_jlab.core.predicates.sql import Compiled, annotations_from
from visionlens_jlab.core.system.arrow_columns import numbers, values_of
from visionlens_jlab.core.views.shapes import Tile, Tiles, ViewSpec
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.core.views.views import combined_filter, unusable

_SAMPLE = """
    s.sample_id, s.filename, s.split, s.width, s.height, s.dominant_color,
    s.thumb_pack, s.thumb_offset, s.thumb_length, st.tags, meta.version
"""
# Not a subquery for each row, nor the lists of all samples: each would cost more than all the rest.
_WITH_TAGS = """
    LEFT JOIN (SELECT sample_id, list(tag ORDER BY tag) AS tags FROM sample_tag
               WHERE sample_id IN {samples} GROUP BY sample_id) st ON st.sample_id = s.sample_id
    CROSS JOIN meta
"""
_ANNOTATION = """
    a.x, a.y, a.w, a.h, a.annotation_id AS annotation_ids, a.class_id, a.source AS sources,
    a.confidence AS confidences, a.kind AS kinds, coalesce(a.is_crowd, FALSE) AS crowds
"""
_GEOMETRY = "CASE WHEN a.kind <> 'box' THEN decode(a.geometry) END AS geometries"
_WANTED = "(SELECT unnest(?::UINTEGER[]))"


def read_tiles(snapshot: Snapshot, spec: ViewSpec, ids: Ids, *, geometry: bool = False) -> Tiles:
    """Tiles in the order of `ids`; unknown ids are left out.

    A sample's tile has all its annotations, the view's matching ones marked; an annotation's tile
    has that annotation. An annotation without a box has an empty row in `boxes`. With `geometry`
    the shapes of other kinds are there too, as `Annotation.geometry` has them.
    """
    source, key, owners = ("sample s", "s.sample_id", _WANTED)
    if spec.level == "annotations":
        source, key = annotations_from("s"), "a.annotation_id"
        owners = f"(SELECT sample_id FROM annotation WHERE annotation_id IN {_WANTED})"
    # First, for it says at which version all this is.
    samples = snapshot.reader.rows(
        f"SELECT {key}, {_SAMPLE} FROM {source} {_WITH_TAGS.format(samples=owners)} "
        f"WHERE {key} IN {_WANTED}",
        [ids.tolist(), ids.tolist()],
    )
    if not samples:
        return Tiles(version=snapshot.reader.version, tiles=[])
    version = int(samples[0][-1])
    snapshot.reader.know_version(version)
    annotations = _annotations(snapshot, spec, ids, geometry)
    tiles = {row[0]: _tile(row, annotations.get(row[0], {}), snapshot.places) for row in samples}
    if spec.level == "annotations":
        for tile in tiles.values():
            tile.crop = crop_key(tile.thumbnail, tile.boxes[0]) if tile.boxes else None
    return Tiles(version=version, tiles=[tiles[i] for i in ids.tolist() if i in tiles])


def _annotations(
    snapshot: Snapshot, spec: ViewSpec, ids: Ids, geometry: bool
) -> dict[int, dict[str, list[Any]]]:
    """By id of the tile: the lists of `Tile` that have an entry for each annotation."""
    matching = Compiled("TRUE")
    filter = combined_filter(spec)
    if spec.level == "samples":
        among = snapshot.matching_among(spec)
        matching = compile_matching(filter, snapshot.fields, among)
    owner = "a.sample_id" if spec.level == "samples" else "a.annotation_id"
    listed = f"{_ANNOTATION}, {_GEOMETRY}" if geometry else _ANNOTATION
    try:
        table = snapshot.reader.arrow(
            f"SELECT {owner} AS owner, {listed}, coalesce({matching.sql}, FALSE) AS matching "
            f"FROM {annotations_from(matching.aliases)} WHERE {owner} IN {_WANTED}",
            [*matching.parameters, ids.tolist()],
        )
    except duckdb.Error as error:
        raise unusable(error) from error
    # Names and order are faster here than as a join and a sort in the statement.
    return _by_owner(_with_columns(snapshot, spec, _sorted(table)), snapshot.class_names)


def _with_columns(snapshot: Snapshot, spec: ViewSpec, table: pa.Table) -> pa.Table:
    """With what the view's restrictions say of each annotation, as far as a tile shows it."""
    for name, values in snapshot.columns(spec, table.column("annotation_ids").to_numpy()).items():
        if f"{name}s" in Tile.model_fields:
            table = table.append_column(f"{name}s", values)
    return table


def _sorted(table: pa.Table) -> pa.Table:
    """By owner and id."""
    keys = [values_of(table.column(name)) for name in ("annotation_ids", "owner")]
    return table.take(numbers(np.lexsort(keys), pa.int64()))


def _by_owner(table: pa.Table, names: dict[int, str]) -> dict[int, dict[str, list[Any]]]:
    """The columns of each owner's rows, which stand together."""
    columns = table.to_pydict()
    owners = columns.pop("owner")
    columns["classes"] = [names.get(class_id) for class_id in columns.pop("class_id")]
    sides = zip(*(columns.pop(name) for name in "xywh"), strict=True)
    columns["boxes"] = [[] if None in box else list(box) for box in sides]
    if "geometries" in columns:
        columns["geometries"] = [
            None if text is None else json.loads(text) for text in columns["geometries"]
        ]
    starts = [i for i, owner in enumerate(owners) if i == 0 or owner != owners[i - 1]]
    return {
        owners[start]: {name: values[start:end] for name, values in columns.items()}
        for start, end in pairwise([*starts, len(owners)])
    }


def _tile(sample: tuple[Any, ...], annotations: dict[str, list[Any]], places: Places) -> Tile:
    id_, sample_id, filename, split, width, height, color, *place, tags, _ = sample
    lists: dict[str, Any] = annotations or {name: [] for name in _LISTS}
    # Its types are those of the columns: checking them would take longer than reading them.
    return Tile.model_construct(
        id=id_,
        sample_id=sample_id,
        filename=filename,
        split=split,
        width=width,
        height=height,
        color=color,
        thumbnail=places.remember(sample_id, *place),
        tags=tags or [],
        **lists,
    )


_LISTS = (
    "boxes",
    "annotation_ids",
    "classes",
    "sources",
    "confidences",
    "kinds",
    "crowds",
    "matching",
)
"""What a tile has an entry of for each annotation."""
