"""The fields of one dataset, looked up by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from visionlens_jlab.core.datasets.shapes import FieldInfo
from visionlens_jlab.core.fields.builtin import builtin_fields
from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError, unknown

_LABELS = {"captured_at": "Captured", "tag": "Tags", "w": "Box width", "h": "Box height"}
_PREFIXES: dict[str, Level] = {"sample": "samples", "annotation": "annotations"}


class FieldSet:
    """The fields of one dataset at one version, looked up as predicates write them."""

    def __init__(self, user: Iterable[Field] = ()) -> None:
        self._fields = (*builtin_fields(), *user)
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
