"""What a number is a number of: predicates, compared in their normal form."""

from __future__ import annotations

from ..catalog.predicates import conjunction, field_names, parse, render
from ..errors import VisionLensError
from ..models import Compare, Filter, Not, Null, Scalar
from .fencing import one_line


def canonical(text: str) -> str | None:
    """The one form of a predicate; empty: everything; None: it cannot be read."""
    try:
        found = parse(text) if text.strip() else None
        return "" if found is None else one_line(render(found))
    except VisionLensError:
        return None


def with_value(of: str, field: str, value: Scalar) -> str:
    """Those of a population that have a value."""
    term: Filter = (
        Null(field=field) if value is None else Compare(field=field, cmp="=", value=value)
    )
    return _joined(of, term)


def rest_of(of: str) -> str:
    """What a predicate does not hold for."""
    found = parse(of)
    return "" if found is None else one_line(render(Not(arg=found)))


def names_field(of: str, field: str) -> bool:
    """Whether a predicate speaks of a field."""
    found = parse(of) if of else None
    names = [] if found is None else list(field_names(found))
    return field.casefold() in {name.rpartition(".")[2].casefold() for name in names}


def _joined(of: str, term: Filter) -> str:
    found = parse(of) if of else None
    joined = conjunction([term] if found is None else [found, term])
    return "" if joined is None else one_line(render(joined))
