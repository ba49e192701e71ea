"""Which fields may describe slices, what else an image shows, and the columns of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import AnalyseRequest, LeftOut
from visionlens_jlab.analysis.slices.terms import (
    Feature,
    Kind,
    Origin,
    is_wanted,
    named,
    names_of,
    unquoted,
)
from visionlens_jlab.attributes.store.attributes import attribute_fields, usable_fields
from visionlens_jlab.core.fields.field import Field, quote
from visionlens_jlab.core.predicates.renderer import literal, name
from visionlens_jlab.core.predicates.sql import annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import numbers, values_of
from visionlens_jlab.evaluation.store import label_quality as label_quality_rows
from visionlens_jlab.evaluation.store.outcomes import COLUMNS as OF_OUTCOMES
from visionlens_jlab.map.store import clusters as cluster_rows

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids


_OF_EVALUATION = "worked out from an evaluation's outcomes"
_NOT_CALIBRATED = "a visual attribute that is not calibrated, or not well enough"
_KINDS: dict[str, Kind] = {
    "string": "category",
    "integer": "integer",
    "number": "number",
    "boolean": "flag",
}
_PIXELS = ("area", "w", "h")
"""These take part where no image has a size."""
_MOST_TAGS = 50
_VIEWS: dict[Level, str] = {"samples": "samples", "annotations": "annotations"}


@dataclass(frozen=True)
class Chosen:
    """Features with the field or the tag each is read from, and what takes no part."""

    fields: dict[Feature, Field]
    tags: dict[Feature, str]
    left_out: list[LeftOut]

    def of(self, level: Level) -> list[Feature]:
        """The features of a level."""
        return [one for one in (*self.fields, *self.tags) if one.level == level]


def choose_fields(snapshot: Snapshot, request: AnalyseRequest) -> Chosen:
    """The dataset's fields that may describe slices under a request."""
    chosen, left_out = Chosen({}, {}, []), []
    rules = _Rules(snapshot, request)
    for field in snapshot.fields:
        if not snapshot.statistics[field].count:
            continue
        key = snapshot.fields.key(field)
        reason = rules.reason(field, key)
        if reason is not None:
            left_out.append(LeftOut(field=key, reason=reason))
        elif field.type == "tags":
            chosen.tags.update(_tags(snapshot, field, key))
        else:
            chosen.fields[_feature(snapshot, field, rules)] = field
    return Chosen(chosen.fields, chosen.tags, left_out)


def check_names(snapshot: Snapshot, request: AnalyseRequest, scenes: list[str]) -> None:
    """FIELD_UNKNOWN where a request names a field that there is not, with the nearest that are.

    `scenes`: what stands for a field of an image's objects: `any(class = 'car')`.
    """
    there = {one.lower() for one in scenes}
    for asked in (*(request.fields or ()), *request.exclude):
        if asked.lower() not in there:
            snapshot.fields.resolve(unquoted(asked), scenes)


class _Rules:
    """Why a field takes no part."""

    def __init__(self, snapshot: Snapshot, request: AnalyseRequest) -> None:
        self._request = request
        relative = snapshot.fields.resolve("annotation.relative_area")
        self._sized = snapshot.statistics[relative].count > 0
        rows = snapshot.reader.rows("SELECT level, name, source_name FROM field")
        self.sources: dict[tuple[str, str], str] = {(level, own): of for level, own, of in rows}
        self.usable = usable_fields(snapshot)
        self.attributes = attribute_fields(snapshot)

    def reason(self, field: Field, key: str) -> str | None:
        names = names_of(field.level, field.name, name(key))
        if not is_wanted(self._request, names):
            return "left out by the request"
        if not field.builtin:
            return self._of_user(field)
        if field.name in _PIXELS and not self._sized:
            return None
        return field.no_slice or None

    def _of_user(self, field: Field) -> str | None:
        source = self.source(field)
        if source.startswith(label_quality_rows.SOURCE) or field.name.lower() in OF_OUTCOMES:
            return _OF_EVALUATION
        if field.name in self.attributes and field.name not in self.usable:
            return _NOT_CALIBRATED
        if source == cluster_rows.SOURCE and self._request.space == "":
            return "left out by the request"
        return "no predicate tells the hour or the weekday" if field.type == "timestamp" else None

    def source(self, field: Field) -> str:
        """What a user field is registered as."""
        return self.sources.get((field.level, field.name), field.name)


def _feature(snapshot: Snapshot, field: Field, rules: _Rules) -> Feature:
    written = name(snapshot.fields.key(field))
    label = snapshot.fields.info(field).label
    attribute = None
    if field.builtin:
        origin = cast(Origin, field.origin or "geometry")
    elif field.name in rules.usable:
        origin, attribute = "attribute", rules.source(field).partition(".")[2]
    else:
        origin = "cluster" if rules.source(field) == cluster_rows.SOURCE else "user"
    flag = field.type == "boolean"
    return Feature(
        name=f"{field.level}.{field.name}",
        field=written,
        sql=f"{_VIEWS[field.level]}.{quote(field.name)}",
        label=label[:1].lower() + label[1:],
        level=field.level,
        kind=_KINDS[field.type],
        origin=origin,
        holds=(f"{written} = true", f"{written} = false") if flag else ("", ""),
        attribute=attribute,
    )


def _tags(snapshot: Snapshot, field: Field, key: str) -> Iterator[tuple[Feature, str]]:
    table = "sample_tag" if field.level == "samples" else "annotation_tag"
    rows = snapshot.reader.rows(
        f"SELECT tag FROM {table} GROUP BY tag ORDER BY count(*) DESC, tag LIMIT {_MOST_TAGS}"
    )
    for (tag,) in rows:
        said = literal(tag)
        feature = Feature(
            name=f"{field.level}.tag.{tag}",
            field=key,
            sql=f"list_contains({_VIEWS[field.level]}.tags, {said})",
            label=f"tag {named(tag)}",
            level=field.level,
            kind="flag",
            holds=(f"{key} = {said}", f"{key} != {said}"),
            says=(f"tagged {named(tag)}", f"not tagged {named(tag)}"),
        )
        yield feature, tag


def read_columns(
    snapshot: Snapshot, chosen: Chosen, level: Level, source: str | None = None
) -> pa.Table:
    """A column for each feature of a level, by id: of all samples, or of a source's annotations.

    Column `id` comes first.
    """
    alias, table, key = ("s", "sample", "sample_id")
    if level == "annotations":
        alias, table, key = ("a", "annotation", "annotation_id")
    fields = [
        (feature, field) for feature, field in chosen.fields.items() if feature.level == level
    ]
    tags = [(feature, tag) for feature, tag in chosen.tags.items() if feature.level == level]
    listed = [f"{alias}.{key} AS id", *(_value(feature, field) for feature, field in fields)]
    listed += [
        f"{alias}.{key} IN (SELECT {key} FROM {table}_tag WHERE tag = ?) AS {quote(feature.name)}"
        for feature, _ in tags
    ]
    parameters: list[str] = [tag for _, tag in tags]
    origin = "sample s"
    if level == "annotations":
        needed = frozenset("a").union(*(field.aliases for _, field in fields))
        origin = annotations_from(needed) + " WHERE a.source = ?"
        parameters.append(str(source))
    read = snapshot.reader.arrow(
        f"SELECT {', '.join(listed)} FROM {origin} ORDER BY id", parameters
    )
    for at, (feature, _) in enumerate(fields, start=1):
        if feature.kind == "category":
            encoded = read.column(at).combine_chunks().dictionary_encode()
            read = read.set_column(at, feature.name, encoded)
    return read


def _value(feature: Feature, field: Field) -> str:
    number = feature.kind in ("integer", "number")
    value = f"CAST({field.sql} AS DOUBLE)" if number else field.sql
    return f"{value} AS {quote(feature.name)}"


_MOST_CLASSES = 100
_ON_IMAGE = "samples.sample_id IN (SELECT sample_id FROM annotations WHERE {})"
_COUNTED = (
    "(SELECT count(*) FROM annotations counted "
    "WHERE counted.sample_id = samples.sample_id AND counted.source = 'ground_truth')"
)
COUNT = Feature(
    name="samples.count()",
    field="count()",
    sql=_COUNTED,
    label="number of objects",
    level="samples",
    kind="integer",
    origin="scene",
)


def read_scenes(
    snapshot: Snapshot, request: AnalyseRequest, label_samples: Ids, count: int, *, answers: bool
) -> dict[Feature, pa.Array]:
    """Columns of all samples: objects on each, and whether one of a class is there.

    Parameters
    ----------
    label_samples : int32
        Row of the sample of each ground-truth annotation, by id.
    count : int
        Samples.
    answers : bool
        Whether labels of whole images are what the run had to say. These are no scene: that an
        image of a cat has a cat in it is its class once more.
    """
    found: dict[Feature, pa.Array] = {}
    if is_wanted(request, COUNT.names):
        objects = np.bincount(label_samples, minlength=count).astype(np.float64)
        found[COUNT] = numbers(objects, pa.float64())
    rows = snapshot.reader.arrow(
        "SELECT coalesce(class_id, -1), kind = 'classification' FROM annotation "
        "WHERE source = 'ground_truth' ORDER BY annotation_id"
    )
    classes = values_of(rows.column(0)).astype(np.int64)
    many = np.bincount(classes + 1)[1:]
    if answers:
        answered = np.unique(classes[values_of(rows.column(1)) & (classes >= 0)])
        many[answered] = 0
    # The most frequent: rare ones are in too few images to tell anything.
    for class_id in np.argsort(-many, kind="stable")[:_MOST_CLASSES].tolist():
        feature = _there(snapshot.class_names.get(class_id, ""))
        if many[class_id] and is_wanted(request, feature.names):
            there = np.zeros(count, dtype=bool)
            there[label_samples[classes == class_id]] = True
            found[feature] = numbers(there, pa.bool_())
    return found


def scene_names(snapshot: Snapshot) -> list[str]:
    """What a request may name, as predicates write it."""
    return [COUNT.field, *(_there(label).field for label in snapshot.class_names.values())]


def _there(label: str) -> Feature:
    said = literal(label)
    condition = f"source = 'ground_truth' AND class = {said}"
    return Feature(
        name=f"samples.any({said})",
        field=f"any(class = {said})",
        sql=_ON_IMAGE.format(condition),
        label=f"{named(label)} in the image",
        level="samples",
        kind="flag",
        origin="scene",
        holds=(f"any(class = {said})", f"none(class = {said})"),
        says=(f"images with a {named(label)}", f"images without a {named(label)}"),
    )
