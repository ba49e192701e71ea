"""The images that an analysis is about, as a filter that findings can carry along."""

from __future__ import annotations

from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import is_bare
from visionlens_jlab.core.predicates.normal import conjunction, conjuncts
from visionlens_jlab.core.predicates.shapes import Combine, Filter, Not, Quantified
from visionlens_jlab.core.views.restriction import is_restricted
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.views import combined_filter
from visionlens_jlab.errors import VisionLensError


def filter_of_images(view: ViewSpec | None, fields: FieldSet) -> Filter | None:
    """A filter that holds, at either level, for the images that a view shows and what is on them.

    Raises
    ------
    VisionLensError
        ANALYSIS_INVALID for a view that is more than a filter; PREDICATE_INVALID, FIELD_UNKNOWN.
    """
    if view is None:
        return None
    if is_restricted(view):
        raise VisionLensError(
            "ANALYSIS_INVALID",
            "Only a view made by a filter can be analysed, not one of SQL, a search or outcomes.",
            "Set the images apart by a tag or a field, and filter by that.",
        )
    parts = conjuncts(combined_filter(view))
    if view.level == "annotations" and not view.all:
        return Quantified(op="any", arg=Combine(op="and", args=parts)) if parts else None
    return conjunction(_all(parts, fields))


def _all(parts: list[Filter], fields: FieldSet) -> list[Filter]:
    """Conditions of a conjunction; those on annotations alone speak of one annotation."""
    bare = [part for part in parts if is_bare(part, fields)]
    others = [_one(part, fields) for part in parts if part not in bare]
    if bare:
        others.append(Quantified(op="any", arg=Combine(op="and", args=bare)))
    return others


def _one(node: Filter, fields: FieldSet) -> Filter:
    if is_bare(node, fields):
        return Quantified(op="any", arg=node)
    match node:
        case Combine(op="and"):
            return Combine(op="and", args=_all(list(node.args), fields))
        case Combine():
            return Combine(op="or", args=[_one(arg, fields) for arg in node.args])
        case Not():
            return Not(arg=_one(node.arg, fields))
        case _:
            return node
