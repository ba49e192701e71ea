"""Pieces of SQL with their parameters, put together in the order of the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from visionlens_jlab.core.shapes import Level


@dataclass(frozen=True)
class Compiled:
    """An SQL expression and the values of its question marks, in order.

    `aliases` says which of `s` (sample), `a` (annotation), `c` (its class) it needs.
    """

    sql: str
    parameters: tuple[Any, ...] = ()
    aliases: frozenset[str] = frozenset()

    def wrap(self, before: str, after: str) -> Compiled:
        """The same between two texts."""
        return Compiled(before + self.sql + after, self.parameters, self.aliases)

    def closed(self) -> Compiled:
        """The same, for use inside a subquery that has its own aliases."""
        return Compiled(self.sql, self.parameters)


@dataclass(frozen=True)
class Among:
    """A condition from outside: the row's id is one of `relation(position, id)`.

    Ids of annotations act as a bare condition on annotations that names their sources; ids of
    samples as a condition on the sample.
    """

    level: Level
    relation: str

    @property
    def on_sample(self) -> Compiled:
        """For a sample, where the ids are samples'."""
        return Compiled(f"s.sample_id IN (SELECT id FROM {self.relation})", (), frozenset("s"))

    @property
    def on_annotation(self) -> Compiled:
        """For an annotation: it, or its sample, is among them."""
        key = "annotation_id" if self.level == "annotations" else "sample_id"
        return Compiled(f"a.{key} IN (SELECT id FROM {self.relation})", (), frozenset("a"))


TRUE = Compiled("TRUE")
FALSE = Compiled("FALSE")


def join(parts: Iterable[Compiled], operator: str, empty: Compiled) -> Compiled:
    """`(a OPERATOR b ...)`; `empty` where there are no parts."""
    found = list(parts)
    if not found:
        return empty
    if len(found) == 1:
        return found[0]
    return Compiled(
        "(" + f" {operator} ".join(part.sql for part in found) + ")",
        tuple(value for part in found for value in part.parameters),
        frozenset().union(*(part.aliases for part in found)),
    )


def annotations_from(aliases: Iterable[str]) -> str:
    """The FROM clause that gives annotations with the aliases asked for."""
    needed = set(aliases)
    return (
        "annotation a"
        + (" JOIN sample s ON s.sample_id = a.sample_id" if "s" in needed else "")
        + (" LEFT JOIN class c ON c.class_id = a.class_id" if "c" in needed else "")
    )
