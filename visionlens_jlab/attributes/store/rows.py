"""Visual attributes as rows: what was asked, the answers as fields, the labels of a user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.attributes.calibration import Stratum
from visionlens_jlab.attributes.capability import ANSWERS
from visionlens_jlab.attributes.shapes import Attribute, AttributeSpec
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.field import Field, FieldType, quote
from visionlens_jlab.core.fields.user_fields import TABLES, create_column, free_name
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.errors import VisionLensError, unknown

_ANSWER, _AGREEMENT = "@attribute.", "@agreement."
"""What the fields are registered as: one of the user's own is never written to."""
_YES_NO = {"yes": True, "no": False}
_TRUE, _FALSE = ["yes", "true", "y", "1"], ["no", "false", "n", "0"]
_ASKED = ("spec", "model", "prompts", "quantize")
"""Answers to other questions, or of another model, are not added to those that are there."""


@dataclass(frozen=True)
class Asked:
    """An attribute with the names of its fields."""

    attribute: Attribute
    agreement: str

    @property
    def spec(self) -> AttributeSpec:
        """The question."""
        return self.attribute.spec

    @property
    def answers(self) -> list[str]:
        """All that it may answer."""
        return list(_YES_NO) if self.spec.kind == "yes_no" else self.spec.options

    def value(self, answer: str) -> Any:
        """What the field holds for an answer."""
        return _YES_NO[answer] if self.spec.kind == "yes_no" else answer

    def answer(self, value: Any) -> str:
        """The reverse."""
        return ("yes" if value else "no") if self.spec.kind == "yes_no" else str(value)


# --- what was asked --------------------------------------------------------------------------


def read_attributes(reader: Reader) -> list[Asked]:
    """Every attribute, oldest first, without calibrations."""
    rows = reader.rows("SELECT name, content FROM attribute ORDER BY created_at, name")
    return [_asked(reader.cursor, content) for _, content in rows]


def read_attribute(reader: Reader, name: str) -> Asked:
    """One attribute. ATTRIBUTE_NOT_FOUND."""
    found = _find(reader.cursor, name)
    if found is None:
        raise _no_attribute(reader.cursor, name)
    return found


def write_answers(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Store the answers of the piece's table `attribute_answer`, in fields made for them.

    `piece.summary["attributes"]` has `spec`, `model`, `prompts` and `quantize` of each attribute.
    Where one of the name asked something else, or another model, its answers and what the user said
    of them are removed first.
    """
    for one in piece.summary["attributes"]:
        fields = _begin(cursor, one)
        level = one["spec"]["level"]
        key, column = TABLES[level]
        value = "p.answer = 'yes'" if one["spec"]["kind"] == "yes_no" else "p.answer"
        with staged(cursor, piece.tables[ANSWERS]) as rows:
            cursor.execute(
                f"UPDATE {key} SET {quote(fields[0])} = {value}, "
                f"{quote(fields[1])} = p.agreement FROM {rows} p "
                f"WHERE p.attribute = ? AND p.id = {key}.{column}",
                [one["spec"]["name"]],
            )


def remove_attribute(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove an attribute with its fields and labels. ATTRIBUTE_NOT_FOUND."""
    found = _find(cursor, name)
    if found is None:
        raise _no_attribute(cursor, name)
    for view in ("samples", "annotations"):  # they name the columns
        cursor.execute(f"DROP VIEW IF EXISTS {view}")
    for field in (found.attribute.field, found.agreement):
        table = TABLES[found.spec.level][0]
        cursor.execute(f"ALTER TABLE {table} DROP COLUMN {quote(field)}")
        cursor.execute("DELETE FROM field WHERE level = ? AND name = ?", [found.spec.level, field])
    cursor.execute("DELETE FROM attribute_label WHERE attribute = ?", [name])
    cursor.execute("DELETE FROM attribute WHERE name = ?", [name])
    sqlviews.refresh(cursor)


def _begin(cursor: duckdb.DuckDBPyConnection, one: dict[str, Any]) -> tuple[str, str]:
    """The fields of an attribute, made where they are not there."""
    spec = AttributeSpec.model_validate(one["spec"])
    found = _find(cursor, spec.name)
    if found is not None:
        if found.attribute.is_of(one):
            return found.attribute.field, found.agreement
        remove_attribute(cursor, spec.name)
    type_: FieldType = "boolean" if spec.kind == "yes_no" else "string"
    field = _new_column(cursor, spec, f"visual_{spec.name}", type_, _ANSWER)
    agreement = _new_column(cursor, spec, f"visual_{spec.name}_agreement", "number", _AGREEMENT)
    now = utc_now()
    content = {name: one[name] for name in _ASKED} | {
        "field": field,
        "answered": 0,
        "unanswered": 0,
        "agreement": None,
        "created_at": to_iso(now),
    }
    cursor.execute("INSERT INTO attribute VALUES (?, ?, ?)", [spec.name, json.dumps(content), now])
    return field, agreement


def _new_column(
    cursor: duckdb.DuckDBPyConnection, spec: AttributeSpec, wanted: str, type_: FieldType, kind: str
) -> str:
    name = free_name(cursor, spec.level, wanted)
    create_column(cursor, spec.level, name, type_, f"{kind}{spec.name}")
    return name


def _find(cursor: duckdb.DuckDBPyConnection, name: str) -> Asked | None:
    rows = cursor.execute("SELECT content FROM attribute WHERE name = ?", [name]).fetchall()
    return _asked(cursor, rows[0][0]) if rows else None


def _asked(cursor: duckdb.DuckDBPyConnection, content: str) -> Asked:
    """With the counts as they are now."""
    attribute = Attribute.model_validate_json(content)
    spec = attribute.spec
    found = cursor.execute(
        "SELECT name FROM field WHERE level = ? AND source_name = ?",
        [spec.level, f"{_AGREEMENT}{spec.name}"],
    ).fetchall()
    agreement: str = found[0][0]
    field, table = quote(attribute.field), TABLES[spec.level][0]
    answered, asked, mean = cursor.execute(
        f"SELECT count({field}), count({quote(agreement)}), "
        f"avg({quote(agreement)}) FILTER ({field} IS NOT NULL) FROM {table}"
    ).fetchall()[0]
    update = {"answered": answered, "unanswered": max(0, asked - answered), "agreement": mean}
    return Asked(attribute.model_copy(update=update), agreement)


# --- answers ---------------------------------------------------------------------------------


def asked_ids(reader: Reader, asked: Asked) -> np.ndarray[Any, Any]:
    """Ids (uint32) that a model was asked about."""
    table, key = TABLES[asked.spec.level]
    return reader.ids(f"SELECT {key} FROM {table} WHERE {quote(asked.agreement)} IS NOT NULL")


def given_answers(reader: Reader, asked: Asked) -> list[str]:
    """The answers that were given at least once."""
    table, field = TABLES[asked.spec.level][0], quote(asked.attribute.field)
    rows = reader.rows(f"SELECT DISTINCT {field} FROM {table} WHERE {field} IS NOT NULL")
    given = {asked.answer(row[0]) for row in rows}
    return [answer for answer in asked.answers if answer in given]


def hits_among(reader: Reader, asked: Asked, answer: str, ids: Sequence[int]) -> dict[int, bool]:
    """`id` -> whether it has this answer, of those that have one."""
    table, key = TABLES[asked.spec.level]
    field = quote(asked.attribute.field)
    rows = reader.rows(
        f"SELECT {key}, {field} = ? FROM {table} "
        f"WHERE {field} IS NOT NULL AND {key} IN (SELECT unnest(?::UINTEGER[]))",
        [asked.value(answer), list(ids)],
    )
    return dict(rows)


# --- labels ----------------------------------------------------------------------------------


def strata(reader: Reader, asked: Asked, answer: str) -> tuple[Stratum, Stratum]:
    """Hits and misses of an answer with what the labels say of them.

    A label counts while the unit has the answer that it had when it was drawn. What was said of
    yes is the opposite for no.
    """
    table, key = TABLES[asked.spec.level]
    field = quote(asked.attribute.field)
    opposite = asked.spec.kind == "yes_no" and answer == "no"
    rows = reader.cursor.execute(
        f"SELECT u.{field} = $value AS given, count(*), count(l.id), "
        "count(*) FILTER (l.truth != $opposite) "
        f"FROM {table} u LEFT JOIN attribute_label l ON l.id = u.{key} "
        "AND l.attribute = $name AND l.answer = $labelled "
        f"AND (l.hit != $opposite) = (u.{field} = $value) "
        f"WHERE u.{field} IS NOT NULL GROUP BY given",
        {
            "value": asked.value(answer),
            "opposite": opposite,
            "name": asked.spec.name,
            "labelled": "yes" if opposite else answer,
        },
    ).fetchall()
    found = {hit: Stratum(*counts) for hit, *counts in rows}
    return found.get(True, Stratum(0)), found.get(False, Stratum(0))


def draw(reader: Reader, asked: Asked, answer: str, *, hit: bool, count: int) -> list[int]:
    """Ids of units without a label, in an order that is random and always the same."""
    table, key = TABLES[asked.spec.level]
    field = quote(asked.attribute.field)
    rows = reader.rows(
        f"SELECT u.{key} FROM {table} u WHERE u.{field} IS NOT NULL AND (u.{field} = ?) = ? "
        f"AND u.{key} NOT IN (SELECT id FROM attribute_label WHERE attribute = ? AND answer = ?) "
        f"ORDER BY md5(? || u.{key}::VARCHAR), u.{key} LIMIT ?",
        [asked.value(answer), hit, asked.spec.name, answer, f"{asked.spec.name}/{answer}/", count],
    )
    return [row[0] for row in rows]


def write_labels(
    cursor: duckdb.DuckDBPyConnection,
    asked: Asked,
    answer: str,
    labels: Sequence[tuple[int, bool, bool]],
    removed: Sequence[int] = (),
) -> None:
    """Store what a user says, as (id, truth, hit); each in the place of an earlier one."""
    ids = [*removed, *(label[0] for label in labels)]
    cursor.execute(
        "DELETE FROM attribute_label WHERE attribute = ? AND answer = ? "
        "AND id IN (SELECT unnest(?::UINTEGER[]))",
        [asked.spec.name, answer, ids],
    )
    if labels:
        cursor.execute(
            "INSERT INTO attribute_label SELECT ?, ?, unnest(?::UINTEGER[]), "
            "unnest(?::BOOLEAN[]), unnest(?::BOOLEAN[]), ?",
            [asked.spec.name, answer, *map(list, zip(*labels, strict=True)), utc_now()],
        )


def write_labels_of_field(
    cursor: duckdb.DuckDBPyConnection, asked: Asked, answer: str, field: Field
) -> None:
    """Take the labels from a field, of every unit where it says something.

    ATTRIBUTE_INVALID for a field of numbers or times.
    """
    table, key = TABLES[asked.spec.level]
    truth, words = _truth(asked, answer, field)
    cursor.execute(
        "INSERT OR REPLACE INTO attribute_label "
        "SELECT $attribute, $answer, id, truth, hit, $now FROM ("
        f"SELECT {key} AS id, {truth} AS truth, {quote(asked.attribute.field)} = $value AS hit "
        f"FROM {table}) WHERE truth IS NOT NULL AND hit IS NOT NULL",
        {
            "attribute": asked.spec.name,
            "answer": answer,
            "now": utc_now(),
            "value": asked.value(answer),
            **words,
        },
    )


def _truth(asked: Asked, answer: str, field: Field) -> tuple[str, dict[str, Any]]:
    """SQL, with its parameters, for whether an answer is true as a field says it."""
    column = quote(field.name)
    if field.type == "boolean":
        return column, {}
    if field.type != "string":
        raise VisionLensError(
            "ATTRIBUTE_INVALID",
            f"The field {field.name!r} holds {field.type} values.",
            "Name a field of true and false, or one of words.",
        )
    said = f"lower(trim({column}))"
    if asked.spec.kind == "choice":
        return f"{said} = $said", {"said": answer.strip().lower()}
    sql = (
        f"CASE WHEN list_contains($true, {said}) THEN true "
        f"WHEN list_contains($false, {said}) THEN false END"
    )
    return sql, {"true": _TRUE, "false": _FALSE}


def _no_attribute(cursor: duckdb.DuckDBPyConnection, name: str) -> VisionLensError:
    known = cursor.execute("SELECT name FROM attribute ORDER BY created_at, name").fetchall()
    return unknown("ATTRIBUTE_NOT_FOUND", "visual attribute", name, [each for (each,) in known])
