"""Which fields a dataset has and how SQL names them.

SQL fragments use fixed aliases: `s` sample, `a` annotation, `c` the annotation's class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from visionlens_jlab.core.datasets.shapes import FieldInfo
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError, unknown

FieldType = Literal["string", "integer", "number", "boolean", "timestamp", "tags"]
FacetKind = Literal["values", "histogram", "none"]

SQL_TYPES: dict[FieldType, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Field:
    """A column that predicates, sorts and facets know."""

    name: str
    """Without the level's prefix."""
    level: Level
    type: FieldType
    facet: FacetKind
    builtin: bool = True
    editable: bool = False
    """Whether `set_field` may write it."""
    expression: str = ""
    """SQL of a value that is worked out, over `a` and `s`; empty: a column holds it."""

    @property
    def sql(self) -> str:
        """The value, over the aliases of the module's docstring. Not for type `tags`."""
        if self.expression:
            return self.expression
        if self.level == "samples":
            return f"s.{quote(self.name)}"
        return "c.name" if self.is_class else f"a.{quote(self.name)}"

    @property
    def aliases(self) -> frozenset[str]:
        """Those that `sql` names, with that of the field's own row."""
        if self.level == "samples":
            return frozenset("s")
        if self.expression:
            return frozenset("as")
        return frozenset("ac" if self.is_class else "a")

    @property
    def is_listed(self) -> bool:
        """Whether facets show it unasked: what is worked out costs a join of the biggest tables."""
        return self.facet != "none" and not self.expression

    @property
    def is_class(self) -> bool:
        """Whether the value lies in the `class` table."""
        return self.builtin and self.level == "annotations" and self.name == "class"

    @property
    def is_source(self) -> bool:
        """Whether it is the built-in `source`."""
        return self.builtin and self.level == "annotations" and self.name == "source"

    @property
    def speaks_of_sources(self) -> bool:
        """Whether naming it lifts the restriction to ground truth.

        Confidence does: ground truth seldom has one, so a condition on it asks for predictions.
        """
        return (
            self.builtin and self.level == "annotations" and self.name in ("source", "confidence")
        )


def _samples(names: str, type_: FieldType, facet: FacetKind, editable: bool = False) -> list[Field]:
    return [Field(name, "samples", type_, facet, editable=editable) for name in names.split()]


def _annotations(names: str, type_: FieldType, facet: FacetKind) -> list[Field]:
    return [Field(name, "annotations", type_, facet) for name in names.split()]


def _computed(name: str, value: str) -> Field:
    """A number worked out of a box and its image's size; missing where either is."""
    known = "a.x IS NOT NULL AND s.width > 0 AND s.height > 0"
    sql = f"CASE WHEN {known} THEN {value} END"
    return Field(name, "annotations", "number", "histogram", expression=sql)


COMPUTED: tuple[Field, ...] = (
    _computed("relative_area", "a.w / s.width * (a.h / s.height)"),
    _computed("center_x", "(a.x + a.w / 2) / s.width"),
    _computed("center_y", "(a.y + a.h / 2) / s.height"),
    _computed(
        "edge_distance",
        "greatest(0, least(a.x / s.width, a.y / s.height, "
        "1 - (a.x + a.w) / s.width, 1 - (a.y + a.h) / s.height))",
    ),
)
"""Of boxes, as shares of the upright image: how large, where, how far from its nearest border."""

BUILTINS: tuple[Field, ...] = (
    *_annotations("class source", "string", "values"),
    *_samples("split", "string", "values", editable=True),
    *_samples("tag", "tags", "values"),
    *_annotations("confidence", "number", "histogram"),
    *_samples("group camera", "string", "values", editable=True),
    *_samples("captured_at", "timestamp", "histogram", editable=True),
    *_samples("latitude longitude", "number", "histogram", editable=True),
    *_samples("width height bytes", "integer", "histogram"),
    *_samples("brightness contrast sharpness", "number", "histogram"),
    *_annotations("area w h", "number", "histogram"),
    *_annotations("kind", "string", "values"),
    *_annotations("is_crowd difficult truncated occluded", "boolean", "values"),
    *_annotations("tag", "tags", "values"),
    *_samples("sample_id", "integer", "none"),
    *_samples("filename path source_id dominant_color content_hash", "string", "none"),
    *_samples("caption", "string", "none", editable=True),
    *_annotations("annotation_id", "integer", "none"),
    *_annotations("x y", "number", "none"),
    *COMPUTED,
)

RESERVED = frozenset(
    {field.name for field in BUILTINS}
    | {"tags", "uri", "root", "class_id", "orientation", "geometry", "attributes"}
    | {"annotations", "classes", "samples"}
    | {"thumb_pack", "thumb_offset", "thumb_length", "thumb_width", "thumb_height", "rowid"}
)
"""Names a user field may not have, in any case; an ingest adds an underscore to such a name."""

_LABELS = {"captured_at": "Captured", "tag": "Tags", "w": "Box width", "h": "Box height"}
_PREFIXES: dict[str, Level] = {"sample": "samples", "annotation": "annotations"}


class FieldSet:
    """The fields of one dataset at one version, looked up as predicates write them."""

    def __init__(self, user: Iterable[Field] = ()) -> None:
        self._fields = (*BUILTINS, *user)
        self._explicit = {(field.level, field.name.lower()): field for field in self._fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields)

    def get(self, level: Level, name: str) -> Field | None:
        """The field of that level, in any case; None when there is none."""
        return self._explicit.get((level, name.lower()))

    def user(self, level: Level) -> list[Field]:
        """The user's fields of a level, oldest first."""
        return [field for field in self._fields if field.level == level and not field.builtin]

    def resolve(self, name: str, others: Sequence[str] = ()) -> Field:
        """The field that `name` means.

        A bare name is the sample's built-in, else the annotation's, else a sample user field,
        else an annotation user field; `sample.` and `annotation.` make it explicit.

        Raises
        ------
        VisionLensError
            FIELD_UNKNOWN, naming the closest names that exist, `others` among them.
        """
        prefix, dot, rest = name.partition(".")
        if dot and prefix.lower() in _PREFIXES:
            explicit = self.get(_PREFIXES[prefix.lower()], rest)
            if explicit is not None:
                return explicit
        candidates = [f for level in ("samples", "annotations") if (f := self.get(level, name))]
        if not candidates:
            raise self._unknown(name, others)
        return min(candidates, key=lambda field: not field.builtin)

    def key(self, field: Field) -> str:
        """The shortest name that `resolve` reads back as this field."""
        try:
            if self.resolve(field.name) == field:
                return field.name
        except VisionLensError:
            pass
        return f"{'sample' if field.level == 'samples' else 'annotation'}.{field.name}"

    def info(self, field: Field, *, empty: bool = False) -> FieldInfo:
        """The shape the panels know; a field that is `empty` everywhere has no facet."""
        label = _LABELS.get(field.name) or field.name.replace("_", " ").strip().capitalize()
        if field.level == "annotations" and field.type == "tags":
            label = "Annotation tags"
        return FieldInfo(
            name=self.key(field),
            level=field.level,
            type=field.type,
            builtin=field.builtin,
            facet="none" if empty else field.facet,
            label=label or field.name,
        )

    def _unknown(self, name: str, others: Sequence[str] = ()) -> VisionLensError:
        known = [*(self.key(field) for field in self._fields), *others]
        return unknown("FIELD_UNKNOWN", "field", name, known)
