"""Everything the sample panel shows about one sample."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np

from visionlens_jlab.core.catalog.clock import to_iso
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.places import version_key
from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.fields.columns import column_names
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import compile_matching
from visionlens_jlab.core.predicates.sql import Among, annotations_from
from visionlens_jlab.core.views.shapes import Annotation, SampleDetail, ViewSpec
from visionlens_jlab.core.views.tables import URI
from visionlens_jlab.core.views.views import combined_filter, view_condition
from visionlens_jlab.errors import VisionLensError

_HEAD = ("filename", "width", "height", "split", "dominant_color", "thumb_pack", "thumb_offset")
_ELSEWHERE = ("sample_id", "uri", "tags", "content_hash", "path")
_LAST = ("content_hash", "orientation", "path", "root")
_ANNOTATION = [
    "annotation_id",
    "sample_id",
    "source",
    "kind",
    "x",
    "y",
    "w",
    "h",
    "confidence",
    "area",
    "is_crowd",
    "difficult",
    "truncated",
    "occluded",
]


def read_sample(snapshot: Snapshot, sample_id: int, spec: ViewSpec) -> SampleDetail:
    """One sample as seen through a view, with what its restrictions say of annotations.

    Raises
    ------
    VisionLensError
        ID_UNKNOWN.
    """
    reader, fields = snapshot.reader, snapshot.fields
    among = snapshot.among(spec)
    shown = [name for name in column_names("samples") if name not in (*_HEAD, *_ELSEWHERE)]
    names = [*shown, *_LAST, *(field.name for field in fields.user("samples"))]
    listed = ", ".join(f"s.{quote(name)}" for name in (*_HEAD, *names))
    tags = "(SELECT list(tag ORDER BY tag) FROM sample_tag t WHERE t.sample_id = s.sample_id)"
    rows = reader.rows(
        f"SELECT {URI}, {tags}, {listed} FROM sample s LEFT JOIN source_root r ON r.name = s.root "
        "WHERE s.sample_id = ?",
        [sample_id],
    )
    if not rows:
        raise VisionLensError("ID_UNKNOWN", f"There is no sample {sample_id}.")
    uri, tag_list, *values = rows[0]
    head = dict(zip(_HEAD, values, strict=False))
    rest = zip(names, values[len(_HEAD) :], strict=True)
    return SampleDetail(
        sample_id=sample_id,
        filename=head["filename"],
        uri=uri,
        width=head["width"],
        height=head["height"],
        split=head["split"],
        tags=tag_list or [],
        thumbnail=version_key(head["thumb_pack"], head["thumb_offset"]),
        color=head["dominant_color"],
        fields={name: plain(value) for name, value in rest if value is not None},
        annotations=_with_columns(
            snapshot, spec, _annotations(reader, fields, sample_id, spec, among)
        ),
    )


def _with_columns(
    snapshot: Snapshot, spec: ViewSpec, annotations: list[Annotation]
) -> list[Annotation]:
    """With what the view's restrictions say of each."""
    ids = np.array([one.annotation_id for one in annotations], dtype=np.uint32)
    columns = snapshot.columns(spec, ids) if annotations else {}
    values = {name: column.to_pylist() for name, column in columns.items()}
    return [
        one.model_copy(update={name: column[row] for name, column in values.items()})
        for row, one in enumerate(annotations)
    ]


def plain(value: Any) -> Any:
    """A value as JSON holds it; times as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value


def _annotations(
    reader: Reader, fields: FieldSet, sample_id: int, spec: ViewSpec, among: Among | None
) -> list[Annotation]:
    if spec.level == "samples":
        matching = compile_matching(combined_filter(spec), fields, among)
    else:
        matching = view_condition(combined_filter(spec), spec, fields, among)
    user = [field.name for field in fields.user("annotations")]
    listed = ", ".join(f"a.{quote(name)}" for name in (*_ANNOTATION, *user))
    tags = (
        "(SELECT list(tag ORDER BY tag) FROM annotation_tag t "
        "WHERE t.annotation_id = a.annotation_id)"
    )
    rows = reader.rows(
        f"SELECT coalesce({matching.sql}, FALSE), c.name, a.geometry, a.attributes, {tags}, "
        f"{listed} FROM {annotations_from(matching.aliases | {'c'})} WHERE a.sample_id = ? "
        "ORDER BY a.annotation_id",
        [*matching.parameters, sample_id],
    )
    return [_annotation(row, user) for row in rows]


def _annotation(row: tuple[Any, ...], user: list[str]) -> Annotation:
    matching, class_, geometry, attributes, tags, *values = row
    own = zip(user, values[len(_ANNOTATION) :], strict=True)
    return Annotation(
        **dict(zip(_ANNOTATION, values, strict=False)),
        class_=class_,
        geometry=None if geometry is None else json.loads(geometry),
        attributes=(json.loads(attributes) if attributes else {})
        | {name: plain(value) for name, value in own if value is not None},
        tags=tags or [],
        matching=matching,
    )
