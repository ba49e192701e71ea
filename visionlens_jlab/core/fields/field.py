"""One field: what predicates, sorts, facets and tables know of a column.

SQL fragments use fixed aliases: `s` sample, `a` annotation, `c` the annotation's class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visionlens_jlab.core.shapes import Level

FieldType = Literal["string", "integer", "number", "boolean", "timestamp", "tags"]
FacetKind = Literal["values", "histogram", "none"]
Shown = Literal["always", "asked", "never"]

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
    description: str = ""
    unit: str = ""
    shown: Shown = "always"
    """Whether tables (DataFrames, SQL) have it always, when asked for by name, or never."""
    origin: str = ""
    """What slices are told by it, as analyses name it; empty: it describes no slice."""
    no_slice: str = ""
    """Why it describes no slice."""
    measure: str = ""
    """`module:function` that measures it on a `media.quality.Picture` when images are read."""

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
