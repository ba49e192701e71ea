"""Predicates: the text of `where("...")`, the filter tree, and the SQL both become.

Truth is three-valued, as in SQL: a comparison with a missing value is unknown, `not` keeps it
unknown, and a row is kept only where the whole is true. `is null`, `in (..., null)`, tags and
quantifiers are never unknown.

Tags are sets: `tag = 'x'` holds where one of the tags is x, `tag != 'x'` where none is;
`<`, `between`, `in`, `like`, `matches`, `contains` hold where one of the tags does;
`tag is null` where there are none.
"""

from visionlens_jlab.catalog.predicates.compiler import (
    compile_filter,
    compile_group,
    compile_matching,
    is_bare,
    of_any_source,
)
from visionlens_jlab.catalog.predicates.normal import (
    conjunction,
    conjuncts,
    field_names,
    leaves,
    normalize,
)
from visionlens_jlab.catalog.predicates.parser import parse
from visionlens_jlab.catalog.predicates.renderer import render
from visionlens_jlab.catalog.predicates.sql import Among, Compiled, annotations_from

__all__ = [
    "Among",
    "Compiled",
    "annotations_from",
    "compile_filter",
    "compile_group",
    "compile_matching",
    "conjunction",
    "conjuncts",
    "field_names",
    "is_bare",
    "leaves",
    "normalize",
    "of_any_source",
    "parse",
    "render",
]
