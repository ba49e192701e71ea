"""Filter tree to the text of a predicate."""

from __future__ import annotations

import math

from visionlens_jlab.core.predicates.normal import normalize
from visionlens_jlab.core.predicates.parser import KEYWORDS, NAME
from visionlens_jlab.core.predicates.shapes import (
    Between,
    Combine,
    Compare,
    Count,
    Filter,
    In,
    Not,
    Null,
    Quantified,
    Text,
)
from visionlens_jlab.core.shapes import Scalar
from visionlens_jlab.errors import VisionLensError


def render(node: Filter) -> str:
    """The shortest text that `parse` reads back as the same filter in normal form.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID for values that no text can say (infinite, not a number) and for trees
        nested too deeply.
    """
    return _render(normalize(node))


def _render(node: Filter) -> str:
    match node:
        case Combine():
            return _combination(node)
        case Not():
            return _negation(node)
        case Quantified():
            return f"{node.op}({_render(node.arg)})"
        case Count():
            inner = "" if node.arg is None else _render(node.arg)
            return f"count({inner}) {node.cmp} {node.value}"
        case Compare():
            return f"{name(node.field)} {node.cmp} {literal(node.value)}"
        case _:
            return _relation(node, "")


def _combination(node: Combine) -> str:
    if not node.args:
        return "true" if node.op == "and" else "false"
    # `or` binds weaker than `and`; the normal form has no `and` directly inside an `and`.
    parts = [
        f"({_render(arg)})" if node.op == "and" and _is_disjunction(arg) else _render(arg)
        for arg in node.args
    ]
    return f" {node.op} ".join(parts)


def _is_disjunction(node: Filter) -> bool:
    return isinstance(node, Combine) and node.op == "or" and bool(node.args)


def _negation(node: Not) -> str:
    match node.arg:
        case In() | Between() | Text() | Null():
            return _relation(node.arg, "not ")
        case Combine(args=args) if args:
            return f"not ({_render(node.arg)})"
        case _:
            return f"not {_render(node.arg)}"


def _relation(node: Filter, negation: str) -> str:
    match node:
        case Null():
            return f"{name(node.field)} is {negation}null"
        case In():
            values = ", ".join(literal(value) for value in node.values)
            return f"{name(node.field)} {negation}in ({values})"
        case Between():
            low, high = literal(node.low), literal(node.high)
            return f"{name(node.field)} {negation}between {low} and {high}"
        case Text():
            return f"{name(node.field)} {negation}{node.op} {literal(node.value)}"
    raise AssertionError(node)


def name(field: str) -> str:
    """A field's name, quoted where it must be."""
    if NAME.fullmatch(field) and field.lower() not in KEYWORDS:
        return field
    if not field:
        raise VisionLensError("PREDICATE_INVALID", "A field has no name.")
    return '"' + field.replace('"', '""') + '"'


def literal(value: Scalar) -> str:
    """A value as predicates write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, float) and not math.isfinite(value):
        raise VisionLensError("PREDICATE_INVALID", "A value is infinite or not a number.")
    return repr(value)
