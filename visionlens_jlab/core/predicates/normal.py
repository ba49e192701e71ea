"""Normal form of a filter and walks over its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from visionlens_jlab.core.predicates.shapes import Combine, Count, Filter, Not, Quantified
from visionlens_jlab.errors import VisionLensError

MAX_DEPTH = 60
"""Nesting beyond this is refused: it protects the recursive functions of this package."""
MAX_TERMS = 2_000
"""Conditions on a field; DuckDB takes a second for so many, and more than twice for twice."""
MAX_GROUPS = 100
"""Questions about a sample's annotations, each of which is a join."""


def too_many(what: str, limit: int) -> VisionLensError:
    """PREDICATE_INVALID for a predicate that is too long."""
    return VisionLensError(
        "PREDICATE_INVALID",
        f"The predicate has more than {limit:,} {what}.",
        "Name many values in one condition, class in ('car', 'bus'), or tag what you mean.",
    )


def normalize(node: Filter, depth: int = 0) -> Filter:
    """The same filter, nested `and`s and `or`s flattened, single operands unwrapped.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID when nested deeper than MAX_DEPTH.
    """
    if depth > MAX_DEPTH:
        raise VisionLensError("PREDICATE_INVALID", "The predicate is nested too deeply.")
    match node:
        case Combine():
            args: list[Filter] = []
            for arg in node.args:
                part = normalize(arg, depth + 1)
                if isinstance(part, Combine) and part.op == node.op:
                    args.extend(part.args)
                else:
                    args.append(part)
            return args[0] if len(args) == 1 else Combine(op=node.op, args=args)
        case Not():
            return Not(arg=normalize(node.arg, depth + 1))
        case Quantified():
            return Quantified(op=node.op, arg=normalize(node.arg, depth + 1))
        case Count(arg=arg) if arg is not None:
            return Count(arg=normalize(arg, depth + 1), cmp=node.cmp, value=node.value)
        case _:
            return node


def conjuncts(node: Filter | None) -> list[Filter]:
    """The top-level parts that must all hold, of a filter in normal form."""
    if node is None:
        return []
    if isinstance(node, Combine) and node.op == "and":
        return list(node.args)
    return [node]


def conjunction(parts: list[Filter]) -> Filter | None:
    """The filter in which all `parts` hold; None: no condition."""
    if not parts:
        return None
    return normalize(Combine(op="and", args=parts))


def children(node: Filter) -> list[Filter]:
    """The direct operands of a node."""
    match node:
        case Combine():
            return list(node.args)
        case Not() | Quantified():
            return [node.arg]
        case Count(arg=arg) if arg is not None:
            return [arg]
        case _:
            return []


def field_names(node: Filter) -> Iterator[str]:
    """Every field named anywhere in a filter, with repeats."""
    name = getattr(node, "field", None)
    if name is not None:
        yield name
    for child in children(node):
        yield from field_names(child)


def leaves(node: Filter) -> Iterator[Filter]:
    """Every condition on a field, anywhere in a filter."""
    if getattr(node, "field", None) is not None:
        yield node
    for child in children(node):
        yield from leaves(child)
