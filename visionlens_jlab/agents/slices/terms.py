"""Terms of a slice's predicate: as predicates, SQL and people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..quoting import named
from .input import Feature

Operator = Literal["=", "<=", ">", "null"]


@dataclass(frozen=True)
class Term:
    """One comparison of a field with a value: of a category, a number, a flag, or missing."""

    feature: Feature
    op: Operator
    value: str | float | bool | None

    @property
    def text(self) -> str:
        """As predicates write it."""
        if self.op == "null":
            return f"{self.feature.field} is null"
        if isinstance(self.value, bool):
            true, false = self.feature.holds
            named = true if self.value else false
            return named or f"{self.feature.field} = {'true' if self.value else 'false'}"
        return f"{self.feature.field} {self.op} {_literal(self.value)}"

    @property
    def sql(self) -> str:
        """As a condition over the views `samples` and `annotations`."""
        if self.op == "null":
            return f"{self.feature.sql} IS NULL"
        if isinstance(self.value, bool):
            return self.feature.sql if self.value else f"NOT ({self.feature.sql})"
        return f"{self.feature.sql} {self.op} {_literal(self.value)}"

    @property
    def label(self) -> str:
        """As people say it."""
        name = self.feature.label
        if self.op == "null":
            return f"{name} is missing"
        if isinstance(self.value, bool):
            true, false = self.feature.says
            return (true or name) if self.value else (false or f"not {name}")
        if self.op == "=":
            return f"{name} is {named(str(self.value))}"
        return f"{name} {'above' if self.op == '>' else 'up to'} {self.value:,.12g}"


_OF_SAMPLES = "SELECT samples.sample_id FROM samples WHERE"
_OF_ANNOTATIONS = (
    "SELECT annotations.annotation_id FROM annotations"
    " JOIN samples ON samples.sample_id = annotations.sample_id WHERE"
)

Slice = tuple[Term, ...]
"""And-ed; in the order of the features."""


def predicate_of(terms: Slice, base: str = "") -> str:
    """One predicate."""
    return " and ".join([*([base] if base else []), *(term.text for term in terms)])


def sql_of(terms: Slice, base_sql: str, level: str) -> str:
    """One SELECT with the ids of the rows that the predicate gives."""
    where = " AND ".join([*([base_sql] if base_sql else []), *(term.sql for term in terms)])
    if level == "samples":
        return f"{_OF_SAMPLES} {where}"
    return f"{_OF_ANNOTATIONS} {where}"


def label_of(terms: Slice) -> str:
    """As people say it."""
    return listed([term.label for term in terms])


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _literal(value: str | float | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value:.15g}"
