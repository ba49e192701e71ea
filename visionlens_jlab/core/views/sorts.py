"""Sort keys of a view as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from visionlens_jlab.core.fields.field import Field, quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import compile_group, compile_matching
from visionlens_jlab.core.predicates.normal import conjuncts
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.shapes import Count, Filter
from visionlens_jlab.core.predicates.sql import Among, Compiled, annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import SortKey, ViewSpec
from visionlens_jlab.errors import VisionLensError


@dataclass(frozen=True)
class Sort:
    """One sort key: a column of the row, or a figure joined to it (`figures`)."""

    expression: str
    descending: bool
    aliases: frozenset[str] = frozenset()
    figures: str = ""
    """A subquery of (key, k), joined where its key is the row's."""
    key: str = "sample_id"
    missing: str = ""
    parameters: tuple[Any, ...] = ()

    @classmethod
    def of(
        cls,
        key: SortKey,
        filter: Filter | None,
        level: Level,
        fields: FieldSet,
        among: Among | None = None,
    ) -> Sort:
        """A key as a view of that level, filter and restriction reads it.

        Raises
        ------
        VisionLensError
            FIELD_UNKNOWN; PREDICATE_INVALID for `count(...)`.
        """
        if key.field in ("annotations", "classes"):
            counted = "count(*)" if key.field == "annotations" else "count(DISTINCT class_id)"
            return cls._per_sample(key, level, counted, Compiled("source = 'ground_truth'"))
        if key.field.lower().startswith("count("):
            return cls._count(key, level, fields)
        field = fields.resolve(key.field)
        if field.type == "tags":
            return cls._tags(field, key.descending)
        if field.level == "annotations" and level == "samples":
            return cls._extreme(field, key.descending, filter, fields, among)
        return cls(field.sql, key.descending, field.aliases)

    @classmethod
    def as_given(cls, among: Among, spec: ViewSpec) -> Sort:
        """The order of the rows of a view's SQL; a sample comes with its first annotation."""
        if spec.level == "annotations" and not spec.all and among.level == "annotations":
            figures = f"SELECT id AS annotation_id, position AS k FROM {among.relation}"
            return cls("a", False, frozenset("a"), figures, "annotation_id")
        owner = "s" if spec.level == "samples" else "a"
        if among.level == "samples":
            figures = f"SELECT id AS sample_id, position AS k FROM {among.relation}"
        else:
            figures = (
                f"SELECT a.sample_id, min(q.position) AS k FROM annotation a "
                f"JOIN {among.relation} q ON q.id = a.annotation_id GROUP BY a.sample_id"
            )
        return cls(owner, False, frozenset(owner), figures)

    @classmethod
    def _per_sample(cls, key: SortKey, level: Level, counted: str, condition: Compiled) -> Sort:
        figures = (
            f"SELECT a.sample_id, {counted} AS k FROM {annotations_from(condition.aliases)} "
            f"WHERE {condition.sql} GROUP BY a.sample_id"
        )
        owner = "s" if level == "samples" else "a"
        return cls(
            owner,
            key.descending,
            frozenset(owner),
            figures,
            missing="0",
            parameters=condition.parameters,
        )

    @classmethod
    def _count(cls, key: SortKey, level: Level, fields: FieldSet) -> Sort:
        """`count(class = 'car')`: how many such annotations the sample has."""
        try:
            node = parse(f"{key.field} >= 0")
        except VisionLensError as error:
            raise VisionLensError(
                "PREDICATE_INVALID",
                f"The sort {key.field!r} cannot be read. {error.message}",
                "Sort by a field, or by a count such as count(class = 'car').",
            ) from error
        if not isinstance(node, Count):
            raise VisionLensError("PREDICATE_INVALID", f"{key.field!r} is no single count.")
        return cls._per_sample(key, level, "count(*)", compile_group(conjuncts(node.arg), fields))

    @classmethod
    def _extreme(
        cls,
        field: Field,
        descending: bool,
        filter: Filter | None,
        fields: FieldSet,
        among: Among | None,
    ) -> Sort:
        """A sample sorts by its matching annotations' least value, or greatest when descending."""
        matching = compile_matching(filter, fields, among)
        of_annotations = among is not None and among.level == "annotations"
        if filter is None and not of_annotations and field.speaks_of_sources:
            matching = Compiled("TRUE")
        aliases = matching.aliases | field.aliases
        function = "max" if descending else "min"
        sql = (
            f"SELECT a.sample_id, {function}({field.sql}) AS k FROM {annotations_from(aliases)} "
            f"WHERE {matching.sql} GROUP BY a.sample_id"
        )
        return cls("s", descending, frozenset("s"), sql, parameters=matching.parameters)

    @classmethod
    def _tags(cls, field: Field, descending: bool) -> Sort:
        key = "sample_id" if field.level == "samples" else "annotation_id"
        table = "sample_tag" if field.level == "samples" else "annotation_tag"
        owner = "s" if field.level == "samples" else "a"
        tags = f"(SELECT {key}, string_agg(tag, ' ' ORDER BY tag) AS k FROM {table} GROUP BY ALL)"
        expression = f"(SELECT k FROM {tags} t WHERE t.{key} = {owner}.{key})"
        return cls(expression, descending, frozenset(owner))

    def join(self, number: int) -> str:
        """The join that gives the figures; empty where the row itself has the value."""
        if not self.figures:
            return ""
        alias = quote(f"sort{number}")
        return (
            f" LEFT JOIN ({self.figures}) {alias} "
            f"ON {alias}.{self.key} = {self.expression}.{self.key}"
        )

    def order(self, number: int) -> str:
        """The key in ORDER BY; missing values come last either way."""
        direction = "DESC" if self.descending else "ASC"
        value = self.expression
        if self.figures:
            value = f"{quote(f'sort{number}')}.k"
        if self.missing:
            value = f"coalesce({value}, {self.missing})"
        return f"{value} {direction} NULLS LAST"
