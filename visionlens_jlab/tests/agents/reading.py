"""A plain reading of predicates over the tables of a `SliceInput`, apart from the product's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.analysis.slices.units import Population, SliceInput
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.renderer import name, render
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
)

_OPERATORS = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def rows_of(given: SliceInput, population: Population, predicate: str) -> np.ndarray:
    """Rows of a population for which a predicate holds; what names source or confidence does not
    count, for a population has both."""
    found = _holds(given, population, parse(predicate))
    return np.flatnonzero(found)


def _holds(given: SliceInput, population: Population, node: Filter) -> np.ndarray:
    count = len(given.ids(population))
    match node:
        case Combine(op="and", args=args):
            parts = [_holds(given, population, arg) for arg in args]
            return np.logical_and.reduce(parts) if parts else np.ones(count, bool)
        case Combine(args=args):
            return np.logical_or.reduce([_holds(given, population, arg) for arg in args])
        case Not(arg=arg):
            return ~_holds(given, population, arg)
        case Quantified():
            return _flag(given, population, render(node))
        case Count():
            return _compared(given, population, "count()", node.cmp, node.value)
        case Compare(field=field) if field in ("source", "confidence"):
            return np.ones(count, bool)
        case Compare():
            if _is_flag(given, render(node)):
                return _flag(given, population, render(node))
            return _compared(given, population, name(node.field), node.cmp, node.value)
        case Between():
            values = _values(given, population, _feature(given, name(node.field)))
            return _true(
                pc.and_(pc.greater_equal(values, node.low), pc.less_equal(values, node.high))
            )
        case In():
            values = _values(given, population, _feature(given, name(node.field)))
            return _true(pc.is_in(values, pa.array(node.values)))
        case Null():
            values = _values(given, population, _feature(given, name(node.field)))
            return _true(values.is_null())
    raise AssertionError(f"not read here: {node}")


def _is_flag(given: SliceInput, text: str) -> bool:
    return any(text in one.holds for one in given.features)


def _flag(given: SliceInput, population: Population, text: str) -> np.ndarray:
    feature = next(one for one in given.features if text in one.holds)
    values = _values(given, population, feature)
    return _true(pc.equal(values, text == feature.holds[0]))


def _compared(
    given: SliceInput, population: Population, field: str, cmp: str, value: Any
) -> np.ndarray:
    values = _values(given, population, _feature(given, field))
    found = _true(_OPERATORS[cmp](values, value))
    if pa.types.is_floating(values.type):
        found &= ~_true(pc.is_nan(values))
    return found


def _true(found: pa.ChunkedArray) -> np.ndarray:
    """bool (n,): what is not known is not true."""
    return np.asarray(found.fill_null(False).to_numpy())


def _feature(given: SliceInput, field: str) -> Feature:
    return next(one for one in given.features if one.field == field)


def _values(given: SliceInput, population: Population, feature: Feature) -> pa.ChunkedArray:
    if feature.level == "annotations" or population == "samples":
        values = given.table(population).column(feature.name)
    else:
        column = given.samples.column(feature.name)
        values = column.take(pa.array(given.sample_rows(population)))
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
