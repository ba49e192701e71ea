"""The filter tree: the same thing as the text of `where("...")`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import Comparison, Model, Scalar


class Compare(Model):
    """`field cmp value`; a value may not be null (use `Null`)."""

    op: Literal["compare"] = "compare"
    field: str
    cmp: Comparison
    value: str | int | float | bool


class In(Model):
    """`field in (values)`; a null among the values matches missing ones."""

    op: Literal["in"] = "in"
    field: str
    values: list[Scalar]


class Between(Model):
    """`field between low and high`, both ends included."""

    op: Literal["between"] = "between"
    field: str
    low: str | int | float
    high: str | int | float


class Null(Model):
    """`field is null`."""

    op: Literal["null"] = "null"
    field: str


class Text(Model):
    """`like` (SQL wildcards), `matches` (RE2 regular expression), `contains` (case-insensitive)."""

    op: Literal["like", "matches", "contains"]
    field: str
    value: str


class Not(Model):
    """Negation of one node."""

    op: Literal["not"] = "not"
    arg: Filter


class Combine(Model):
    """`and` / `or` of any number of nodes; an empty `and` is true, an empty `or` false."""

    op: Literal["and", "or"]
    args: list[Filter]


class Quantified(Model):
    """`any(...)`, `none(...)`, `all(...)` over the annotations of a sample."""

    op: Literal["any", "none", "all"]
    arg: Filter


class Count(Model):
    """`count(...) cmp value`; without `arg` every ground-truth annotation counts."""

    op: Literal["count"] = "count"
    arg: Filter | None = None
    cmp: Comparison
    value: int


Filter = Annotated[
    Compare | In | Between | Null | Text | Not | Combine | Quantified | Count,
    Field(discriminator="op"),
]
