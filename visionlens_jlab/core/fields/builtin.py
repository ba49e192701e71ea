"""The table of built-in fields: one row says everything that the product knows of a field.

Catalog, facets, tables, analyses, the columns that the SQL box completes (`columns.py`) and
`docs/fields.md` are made from it. Rows stand in the order in which panels list the fields. A
measure of each image is a row with `measure`, and the function that this names.
"""

from __future__ import annotations

from functools import cache
from typing import TypedDict, Unpack

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.fields.field import FacetKind, Field, FieldType, Shown
from visionlens_jlab.core.registry import capabilities

_BY_SHARES = "relative_area and the centre say it for every size of image"
_DIGEST = "a digest of the pixels"
_KEPT = "it says how a file or a label is kept"
_NAME = "a name, not a property"
_RUN = "made by a model's run"


class _More(TypedDict, total=False):
    editable: bool
    expression: str
    description: str
    unit: str
    shown: Shown
    origin: str
    no_slice: str
    measure: str


def _sample(name: str, type_: FieldType, facet: FacetKind, **more: Unpack[_More]) -> Field:
    return Field(name, "samples", type_, facet, **more)


def _annotation(name: str, type_: FieldType, facet: FacetKind, **more: Unpack[_More]) -> Field:
    return Field(name, "annotations", type_, facet, **more)


def _share(name: str, value: str, origin: str, description: str) -> Field:
    """A number worked out of a box and its image's size; missing where either is."""
    known = "a.x IS NOT NULL AND s.width > 0 AND s.height > 0"
    return _annotation(
        name,
        "number",
        "histogram",
        expression=f"CASE WHEN {known} THEN {value} END",
        unit="share of the upright image",
        origin=origin,
        shown="asked",
        description=description,
    )


COMPUTED: tuple[Field, ...] = (
    _share(
        "relative_area",
        "a.w / s.width * (a.h / s.height)",
        "geometry",
        "Area of the box.",
    ),
    _share("center_x", "(a.x + a.w / 2) / s.width", "position", "Where its middle is, from left."),
    _share(
        "center_y", "(a.y + a.h / 2) / s.height", "position", "Where its middle is, from above."
    ),
    _share(
        "edge_distance",
        "greatest(0, least(a.x / s.width, a.y / s.height, "
        "1 - (a.x + a.w) / s.width, 1 - (a.y + a.h) / s.height))",
        "position",
        "From the box to the nearest border of the image.",
    ),
)

_BEFORE = (
    _annotation(
        "class", "string", "values", origin="class", description="Name of the annotation's class."
    ),
    _annotation(
        "source",
        "string",
        "values",
        no_slice=_RUN,
        description="`ground_truth`, or the name of the run that predicted it.",
    ),
    _sample(
        "split",
        "string",
        "values",
        editable=True,
        origin="other",
        description="Split such as train, val or test.",
    ),
    _sample(
        "tag",
        "tags",
        "values",
        origin="user",
        shown="never",
        description="Tags of the image; tables have them all as the list `tags`.",
    ),
    _annotation(
        "confidence",
        "number",
        "histogram",
        unit="0 to 1",
        no_slice=_RUN,
        description="Confidence of a prediction.",
    ),
    _sample(
        "group",
        "string",
        "values",
        editable=True,
        no_slice="the unit of inference",
        description="Images that belong together, such as those of one scene.",
    ),
    _sample(
        "camera",
        "string",
        "values",
        editable=True,
        origin="exif",
        description="Camera by EXIF or label file.",
    ),
    _sample(
        "captured_at",
        "timestamp",
        "histogram",
        editable=True,
        unit="UTC",
        no_slice="no predicate tells the hour or the weekday",
        description="When the image was taken, by EXIF or label file.",
    ),
    _sample(
        "latitude",
        "number",
        "histogram",
        editable=True,
        unit="degrees",
        origin="exif",
        description="Where the image was taken.",
    ),
    _sample(
        "longitude",
        "number",
        "histogram",
        editable=True,
        unit="degrees",
        origin="exif",
        description="Where the image was taken.",
    ),
    _sample(
        "width",
        "integer",
        "histogram",
        unit="pixels",
        origin="other",
        description="Width of the upright image.",
    ),
    _sample(
        "height",
        "integer",
        "histogram",
        unit="pixels",
        origin="other",
        description="Height of the upright image.",
    ),
    _sample(
        "bytes",
        "integer",
        "histogram",
        unit="bytes",
        no_slice=_KEPT,
        description="Size of the image file.",
    ),
    _sample(
        "brightness",
        "number",
        "histogram",
        unit="luma, 0 to 255",
        origin="quality",
        measure="visionlens_jlab.media.quality:brightness",
        description="Mean luma of the thumbnail.",
    ),
    _sample(
        "contrast",
        "number",
        "histogram",
        unit="luma, 0 to 255",
        origin="quality",
        measure="visionlens_jlab.media.quality:contrast",
        description="Standard deviation of the thumbnail's luma.",
    ),
    _sample(
        "sharpness",
        "number",
        "histogram",
        unit="squared luma",
        origin="quality",
        measure="visionlens_jlab.media.quality:sharpness",
        description="Variance of the Laplacian of the thumbnail's luma.",
    ),
)
_AFTER = (
    _annotation(
        "area",
        "number",
        "histogram",
        unit="square pixels",
        no_slice=_BY_SHARES,
        description="Area of the box, mask or polygon as the label file states it.",
    ),
    _annotation(
        "w",
        "number",
        "histogram",
        unit="pixels",
        no_slice=_BY_SHARES,
        description="Width of the box.",
    ),
    _annotation(
        "h",
        "number",
        "histogram",
        unit="pixels",
        no_slice=_BY_SHARES,
        description="Height of the box.",
    ),
    _annotation(
        "kind",
        "string",
        "values",
        no_slice=_KEPT,
        description="Box, polygon, mask, keypoints or classification.",
    ),
    _annotation(
        "is_crowd",
        "boolean",
        "values",
        no_slice=_KEPT,
        description="Whether it stands for many objects (COCO).",
    ),
    _annotation(
        "difficult",
        "boolean",
        "values",
        no_slice=_KEPT,
        description="Whether evaluations leave it out (VOC).",
    ),
    _annotation(
        "truncated",
        "boolean",
        "values",
        origin="geometry",
        description="Whether the image's border cuts the object.",
    ),
    _annotation(
        "occluded",
        "boolean",
        "values",
        origin="geometry",
        description="Whether something covers a part of the object.",
    ),
    _annotation(
        "tag",
        "tags",
        "values",
        origin="user",
        shown="never",
        description="Tags of the annotation; tables have them all as the list `tags`.",
    ),
    _sample(
        "sample_id",
        "integer",
        "none",
        no_slice=_NAME,
        description="Number of the sample in its dataset.",
    ),
    _sample(
        "filename", "string", "none", no_slice=_NAME, description="Last part of the image's path."
    ),
    _sample(
        "path", "string", "none", no_slice=_NAME, description="Path of the image below its root."
    ),
    _sample(
        "source_id",
        "string",
        "none",
        no_slice=_NAME,
        shown="asked",
        description="What the label file calls the sample.",
    ),
    _sample(
        "dominant_color",
        "string",
        "none",
        unit="#rrggbb",
        no_slice=_DIGEST,
        description="Mean colour of the fullest of 512 colour cells.",
    ),
    _sample(
        "content_hash",
        "string",
        "none",
        no_slice=_DIGEST,
        description="Hash of the image file's bytes.",
    ),
    _sample(
        "caption",
        "string",
        "none",
        editable=True,
        no_slice="text",
        description="Text that describes the image.",
    ),
    _annotation(
        "annotation_id",
        "integer",
        "none",
        no_slice=_NAME,
        description="Number of the annotation in its dataset.",
    ),
    _annotation(
        "x",
        "number",
        "none",
        unit="pixels",
        no_slice=_BY_SHARES,
        description="Left border of the box in the upright image.",
    ),
    _annotation(
        "y",
        "number",
        "none",
        unit="pixels",
        no_slice=_BY_SHARES,
        description="Upper border of the box in the upright image.",
    ),
    *COMPUTED,
)

OF_SAMPLES = frozenset(
    {"root", "uri", "tags", "orientation", "modified_ns", "labels_digest", "stated_digests"}
    | {"perceptual_hash", "thumb_pack", "thumb_offset", "thumb_length"}
    | {"thumb_width", "thumb_height"}
)
"""Columns of samples that are no fields."""
_NOT_FIELDS = OF_SAMPLES | {"class_id", "geometry", "attributes", "rowid"}
_WORDS = frozenset({"annotations", "classes", "samples"})
"""Of predicates."""


@cache
def builtin_fields() -> tuple[Field, ...]:
    """All of them, those that capabilities declare among them."""
    declared = [resolve(name) for capability in capabilities() for name in capability.fields]
    return (*_BEFORE, *(field for fields in declared for field in fields), *_AFTER)


@cache
def reserved() -> frozenset[str]:
    """Names a user field may not have, in any case; an ingest adds an underscore to such a name."""
    return _NOT_FIELDS | _WORDS | {field.name for field in builtin_fields()}


def measures() -> tuple[Field, ...]:
    """The fields that are measured when images are read."""
    return tuple(field for field in builtin_fields() if field.measure)
