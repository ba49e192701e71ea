"""Terms of a slice's predicate: as predicates, SQL and people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from visionlens_jlab.analysis.quoting import named
from visionlens_jlab.analysis.slices.input import Feature

Operator = Literal["=", "<=", ">", "null", "within", "in"]
"""`within`: above the first of two numbers and up to the second."""
CUTTING: tuple[Operator, ...] = ("<=", ">", "within")
"""What cuts a number."""
Value = str | float | bool | tuple[float, float] | tuple[str, ...] | None


@dataclass(frozen=True)
class Term:
    """One condition on a field: on a category, a number, a flag, or that it is missing."""

    feature: Feature
    op: Operator
    value: Value

    @property
    def text(self) -> str:
        """As predicates write it."""
        if self.op == "null":
            return f"{self.feature.field} is null"
        if isinstance(self.value, bool):
            true, false = self.feature.holds
            named = true if self.value else false
            return named or f"{self.feature.field} = {'true' if self.value else 'false'}"
        return self._condition(self.feature.field, "and", "in")

    @property
    def sql(self) -> str:
        """As a condition over the views `samples` and `annotations`."""
        if self.op == "null":
            return f"{self.feature.sql} IS NULL"
        if isinstance(self.value, bool):
            return self.feature.sql if self.value else f"NOT ({self.feature.sql})"
        return self._condition(self.feature.sql, "AND", "IN")

    @property
    def label(self) -> str:
        """As people say it."""
        name = self.feature.label
        if self.op == "null":
            return f"{name} is missing"
        if isinstance(self.value, bool):
            true, false = self.feature.says
            return (true or name) if self.value else (false or f"not {name}")
        if isinstance(self.value, tuple):
            if self.op == "in":
                return f"{name} is {listed([str(one) for one in self.value], 'or')}"
            low, high = self.value
            return f"{name} above {low:,.12g} and up to {high:,.12g}"
        if self.op == "=":
            return f"{name} is {named(str(self.value))}"
        return f"{name} {'above' if self.op == '>' else 'up to'} {self.value:,.12g}"

    @property
    def ends(self) -> tuple[float, float] | None:
        """Of the numbers that it leaves; None where it cuts none."""
        if self.op == "within" and isinstance(self.value, tuple):
            low, high = self.value
            return float(low), float(high)
        if self.op not in CUTTING or not isinstance(self.value, float):
            return None
        return (-inf, self.value) if self.op == "<=" else (self.value, inf)

    @property
    def weight(self) -> int:
        """How many conditions it takes to say it: a range has two."""
        return 2 if self.op == "within" else 1

    def _condition(self, field: str, both: str, among: str) -> str:
        if isinstance(self.value, tuple):
            if self.op == "in":
                return f"{field} {among} ({', '.join(_literal(one) for one in self.value)})"
            low, high = self.value
            return f"{field} > {_literal(low)} {both} {field} <= {_literal(high)}"
        return f"{field} {self.op} {_literal(self.value)}"


_ORIGINS = (
    "user",
    "exif",
    "attribute",
    "class",
    "scene",
    "geometry",
    "position",
    "quality",
    "cluster",
)
"""Where fields come from, the plainest first."""
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


def weight_of(terms: Slice) -> int:
    """How many conditions it takes to say a slice."""
    return sum(term.weight for term in terms)


def listed(parts: Sequence[str], joined: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joined} {parts[-1]}"


def _literal(value: str | float | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value:.15g}"


def simplicity(terms: Slice) -> tuple[int, int, int]:
    """The smaller, the simpler: terms, numbers among them, and where their fields come from."""
    numbers = sum(term.weight for term in terms if term.op in CUTTING)
    places = [
        _ORIGINS.index(term.feature.origin) if term.feature.origin in _ORIGINS else len(_ORIGINS)
        for term in terms
    ]
    return len(terms), numbers, sum(places)
