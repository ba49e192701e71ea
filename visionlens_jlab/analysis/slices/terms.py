"""Fields that may describe a slice, and its terms as predicates, SQL and people write them.

Names and predicates of a dataset stand inside sentences of ours: one line, cut, and in quotes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec

_PLAIN = re.compile(r"[\w.+/:-]+(?: [\w.+/:-]+){0,2}")
_LONGEST_NAME = 60
_LONGEST_PREDICATE = 200


def quoted(name: str) -> str:
    """A name in quotes that it cannot close."""
    plain = one_line(name).replace("“", "'").replace("”", "'")
    return f"“{_cut(plain, _LONGEST_NAME)}”"


def named(name: str) -> str:
    """A name inside a title: in quotes where it is not one to three plain words."""
    is_plain = len(name) <= _LONGEST_NAME and _PLAIN.fullmatch(name)
    return name if is_plain else quoted(name)


def shown(predicate: str, longest: int = _LONGEST_PREDICATE) -> str:
    """A predicate as one writes it: its texts stand in quotes, which are closed where it is cut."""
    plain = one_line(predicate)
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 2]
    return f"{cut}…'" if cut.count("'") % 2 else f"{cut}…"


def shown_value(value: str) -> str:
    """A value in a list of them."""
    return shown(value, _LONGEST_NAME)


def one_line(text: str) -> str:
    """Text without line ends, control or formatting characters."""
    return "".join(
        " " if character in "\n\r\t\u2028\u2029" else character
        for character in text
        if character in "\n\r\t\u2028\u2029" or unicodedata.category(character)[0] != "C"
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


Kind = Literal["category", "number", "integer", "flag"]
"""dictionary<int32, string>, float64, float64 of whole numbers, bool; null is missing."""
Origin = Literal[
    "user",
    "exif",
    "attribute",
    "class",
    "scene",
    "geometry",
    "position",
    "quality",
    "cluster",
    "other",
]
"""Where a field's values come from, the plainest first: of two that say the same it is named."""


@dataclass(frozen=True)
class Feature:
    """One field that may describe a slice."""

    name: str
    """Of its column, among those of both levels."""
    field: str
    """As predicates write it, quoted where it must be: `blur`, `count(class = 'car')`."""
    sql: str
    """Its value over the views `samples` and `annotations`: `samples."blur"`. Of a flag what is
    true where the flag is, so that `NOT (...)` is its contrary."""
    label: str
    """As people say it: `time of day`."""
    level: Level
    kind: Kind
    origin: Origin = "user"
    holds: tuple[str, str] = ("", "")
    """Of a flag, the predicates where it is true and where it is false; empty: `field = true`."""
    says: tuple[str, str] = ("", "")
    """Of a flag, the same in words: `with a car`, `without a car`; empty: `label`, `not label`."""
    attribute: str | None = None
    """The visual attribute that it is of."""

    @property
    def names(self) -> frozenset[str]:
        """What a request may call it, in small letters."""
        return names_of(self.level, self.name.partition(".")[2], self.field) | {self.name.lower()}


def names_of(level: Level, name: str, field: str) -> frozenset[str]:
    """What a request may call a field, in small letters; `field`: as predicates write it."""
    prefix = level[:-1]
    plain = unquoted(field)
    said = {field, plain, *([name, f"{prefix}.{name}"] if name else ())}
    return frozenset(one.lower() for one in said)


def unquoted(field: str) -> str:
    """A field's name without the quotes that predicates may need."""
    inside = field[1:-1] if len(field) > 1 and field[0] == field[-1] == '"' else ""
    return inside.replace('""', '"') if inside else field


def is_wanted(request: AnalyseRequest, names: frozenset[str]) -> bool:
    """Whether a request lets a field of these names take part."""
    named = request.fields is None or not names.isdisjoint(map(str.lower, request.fields))
    return named and names.isdisjoint(map(str.lower, request.exclude))


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


def narrowed(view: ViewSpec, predicate: str) -> ViewSpec:
    """A view of all units with a slice's predicate."""
    where = f"({view.where}) and {predicate}" if view.where else predicate
    return view.model_copy(update={"where": where})


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
    plainest = get_args(Origin)
    return len(terms), numbers, sum(plainest.index(term.feature.origin) for term in terms)
