"""What a number is a number of: predicates, compared in their normal form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from visionlens_jlab.analysis.quoting import one_line
from visionlens_jlab.core.predicates.normal import conjunction, field_names, leaves
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.renderer import render
from visionlens_jlab.core.predicates.shapes import Between, Compare, Filter, In, Not, Null, Text
from visionlens_jlab.core.shapes import Scalar
from visionlens_jlab.errors import VisionLensError

_WORD = re.compile(r"[^\W\d_]+")
_WORDS, _LONG = 3, 40
"""From so many words or characters on a text may say something."""


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


def long_texts(of: str) -> Iterator[str]:
    """Of each text of several words in a predicate, the predicate that it stands in the dataset.

    PREDICATE_INVALID.
    """
    found = parse(of) if of.strip() else None
    for leaf in [] if found is None else leaves(found):
        if isinstance(leaf, Text) and leaf.op != "matches":
            if _is_long(leaf.value):
                yield render(leaf)
        elif isinstance(leaf, Compare | In | Between | Text):
            for text in _texts(leaf):
                yield render(Compare(field=leaf.field, cmp="=", value=text))


def _texts(leaf: Filter) -> list[str]:
    """The long ones among the values of a condition."""
    values = list(leaf.model_dump(exclude={"op", "field"}).values())
    flat = [one for part in values for one in (part if isinstance(part, list) else [part])]
    return [one for one in flat if isinstance(one, str) and _is_long(one)]


def _is_long(text: str) -> bool:
    return len(_WORD.findall(text)) >= _WORDS or len(text) > _LONG


def _joined(of: str, term: Filter) -> str:
    found = parse(of) if of else None
    joined = conjunction([term] if found is None else [found, term])
    return "" if joined is None else one_line(render(joined))
