"""Values that a filter asks for and that nothing in the dataset has: most are misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.fields.field import Field, quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import TABLES
from visionlens_jlab.core.predicates.normal import leaves
from visionlens_jlab.core.predicates.shapes import Compare, Filter, In

_MOST_CHECKED = 50
"""Values of a filter that are looked up; of a longer list the first."""
_MOST_SUGGESTED_FROM = 5000
_LISTED = 20


def absent_values(reader: Reader, fields: FieldSet, filter: Filter) -> list[str]:
    """A sentence for each value of a field with values to choose from that nothing has."""
    asked: dict[tuple[str, str], Field] = {}
    for leaf in leaves(filter):
        for value in _texts(leaf):
            field = fields.resolve(leaf.field)  # type: ignore[union-attr]
            if field.facet == "values" and field.type in ("string", "tags"):
                asked.setdefault((fields.key(field), value), field)
    found = []
    for (name, value), field in list(asked.items())[:_MOST_CHECKED]:
        values = _values_sql(field)
        if not reader.rows(f"SELECT 1 FROM ({values}) WHERE value = ? LIMIT 1", [value]):
            known = reader.rows(
                f"SELECT DISTINCT value FROM ({values}) WHERE value IS NOT NULL "
                f"ORDER BY value LIMIT {_MOST_SUGGESTED_FROM}"
            )
            found.append(_sentence(name, value, [known_value for (known_value,) in known]))
    return found


def _texts(leaf: Filter) -> Iterable[str]:
    given = [leaf.value] if isinstance(leaf, Compare) and leaf.cmp in ("=", "!=") else []
    if isinstance(leaf, In):
        given = [value for value in leaf.values if value is not None]
    return [value for value in given if isinstance(value, str)]


def _values_sql(field: Field) -> str:
    """A SELECT of the column `value`: what the field may have."""
    table, _ = TABLES[field.level]
    if field.type == "tags":
        return f"SELECT tag AS value FROM {table}_tag"
    if field.builtin and field.name == "class":
        return "SELECT name AS value FROM class"
    if field.builtin and field.name == "source":
        return "SELECT 'ground_truth' AS value UNION ALL SELECT name FROM run"
    return f"SELECT {quote(field.name)} AS value FROM {table}"


def _sentence(name: str, value: str, known: list[str]) -> str:
    close = difflib.get_close_matches(value, known, n=3)
    sentence = f"Nothing has {name} {value!r}."
    if close:
        return f"{sentence} Did you mean {' or '.join(map(repr, close))}?"
    if 0 < len(known) <= _LISTED:
        return f"{sentence} There are: {', '.join(map(repr, known))}."
    return sentence
