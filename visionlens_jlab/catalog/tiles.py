"""What the grid draws for a page of ids: two statements, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import FieldSet
from visionlens_jlab.catalog.predicates import Compiled, annotations_from, compile_matching
from visionlens_jlab.catalog.tables import Ids
from visionlens_jlab.catalog.thumbnails import version_key
from visionlens_jlab.catalog.views import combined_filter, unusable
from visionlens_jlab.models import Tile, Tiles, ViewSpec

_SAMPLE = """
    s.sample_id, s.filename, s.split, s.width, s.height, s.dominant_color,
    s.thumb_pack, s.thumb_offset,
    (SELECT list(t.tag ORDER BY t.tag) FROM sample_tag t WHERE t.sample_id = s.sample_id),
    (SELECT version FROM meta)
"""
_ANNOTATION = "a.x, a.y, a.w, a.h, a.annotation_id, c.name, a.source, a.confidence, a.kind"
_WANTED = "(SELECT unnest(?::UINTEGER[]))"


def read_tiles(reader: Reader, fields: FieldSet, spec: ViewSpec, ids: Ids) -> Tiles:
    """Tiles in the order of `ids`; unknown ids are left out.

    A sample's tile has all its annotations, the view's matching ones marked; an annotation's tile
    has that annotation. An annotation without a box has an empty row in `boxes`.
    """
    if spec.level == "samples":
        source, key = "sample s", "s.sample_id"
        matching = compile_matching(combined_filter(spec), fields)
    else:
        source, key = annotations_from("s"), "a.annotation_id"
        matching = Compiled("TRUE")
    owner = "a.sample_id" if spec.level == "samples" else "a.annotation_id"
    samples = reader.rows(
        f"SELECT {key}, {_SAMPLE} FROM {source} WHERE {key} IN {_WANTED}", [ids.tolist()]
    )
    try:
        annotations = reader.rows(
            f"SELECT {owner}, {_ANNOTATION}, coalesce({matching.sql}, FALSE) "
            f"FROM {annotations_from(matching.aliases | {'c'})} WHERE {owner} IN {_WANTED} "
            "ORDER BY a.annotation_id",
            [*matching.parameters, ids.tolist()],
        )
    except duckdb.Error as error:
        raise unusable(error) from error
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in annotations:
        grouped[row[0]].append(row[1:])
    tiles = {row[0]: _tile(row, grouped[row[0]]) for row in samples}
    version = int(samples[0][-1]) if samples else reader.version
    return Tiles(version=version, tiles=[tiles[i] for i in ids.tolist() if i in tiles])


def _tile(sample: tuple[Any, ...], annotations: list[tuple[Any, ...]]) -> Tile:
    id_, sample_id, filename, split, width, height, color, pack, offset, tags, _ = sample
    return Tile(
        id=id_,
        sample_id=sample_id,
        filename=filename,
        split=split,
        width=width,
        height=height,
        color=color,
        thumbnail=version_key(pack, offset),
        tags=tags or [],
        boxes=[[] if None in row[:4] else list(row[:4]) for row in annotations],
        annotation_ids=[row[4] for row in annotations],
        classes=[row[5] for row in annotations],
        sources=[row[6] for row in annotations],
        confidences=[row[7] for row in annotations],
        kinds=[row[8] for row in annotations],
        matching=[row[9] for row in annotations],
    )
