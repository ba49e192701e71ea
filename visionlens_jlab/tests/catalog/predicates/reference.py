"""What predicates mean, in plain Python: slow, and independent of SQL.

Truth is True, False or None (unknown).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

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

Truth = bool | None
Row = dict[str, Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CONSTANTS = (Combine(op="and", args=[]), Combine(op="or", args=[]))
SAMPLE_FIELDS = {"sample_id", "split", "width", "tag", "weather", "speed", "night"}


@dataclass
class World:
    """A dataset: rows as dicts; `tag` holds a set."""

    samples: list[Row] = field(default_factory=list)
    annotations: list[Row] = field(default_factory=list)

    def of(self, sample: Row) -> list[Row]:
        return [a for a in self.annotations if a["sample_id"] == sample["sample_id"]]

    def owner(self, annotation: Row) -> Row:
        return next(s for s in self.samples if s["sample_id"] == annotation["sample_id"])

    # --- views -------------------------------------------------------------------------------

    def sample_ids(self, filter: Filter) -> list[int]:
        return [s["sample_id"] for s in self.samples if self.sample(filter, s) is True]

    def annotation_ids(self, filter: Filter) -> list[int]:
        parts = _parts(filter)
        return [a["annotation_id"] for a in self.annotations if self.group(parts, a)]

    def matching_ids(self, filter: Filter) -> list[int]:
        shown = self.sample_ids(filter)
        return [
            a["annotation_id"]
            for a in self.annotations
            if a["sample_id"] in shown and self.matches(filter, a)
        ]

    # --- truth -------------------------------------------------------------------------------

    def sample(self, node: Filter, s: Row) -> Truth:
        if is_bare(node):
            return any(self.group([node], a) for a in self.of(s))
        match node:
            case Combine(op="and"):
                bare = [part for part in node.args if is_bare(part)]
                truths = [self.sample(part, s) for part in node.args if not is_bare(part)]
                if bare:
                    truths.append(any(self.group(bare, a) for a in self.of(s)))
                return _and(truths)
            case Combine():
                return _or(self.sample(part, s) for part in node.args)
            case Not():
                return _not(self.sample(node.arg, s))
            case Quantified() | Count():
                return self.quantified(node, s)
            case _:
                return leaf(node, s)

    def group(self, parts: list[Filter], a: Row) -> bool:
        if not any(names_source(part) for part in parts) and a["source"] != "ground_truth":
            return False
        return _and(self.annotation(part, a) for part in parts) is True

    def annotation(self, node: Filter, a: Row) -> Truth:
        match node:
            case Combine():
                truths = (self.annotation(part, a) for part in node.args)
                return _and(truths) if node.op == "and" else _or(truths)
            case Not():
                return _not(self.annotation(node.arg, a))
            case Quantified() | Count():
                return self.quantified(node, self.owner(a))
            case _:
                return leaf(node, self.owner(a) if _name(node) in SAMPLE_FIELDS else a)

    def quantified(self, node: Quantified | Count, s: Row) -> bool:
        parts = _parts(node.arg)
        if isinstance(node, Count):
            number = sum(self.group(parts, a) for a in self.of(s))
            return COMPARE[node.cmp](number, node.value)
        if node.op == "all":
            return self.all_hold(parts, s)
        found = any(self.group(parts, a) for a in self.of(s))
        return found if node.op == "any" else not found

    def all_hold(self, parts: list[Filter], s: Row) -> bool:
        domain = [part for part in parts if _only_source(part)]
        claim = [part for part in parts if not _only_source(part)]
        if not claim:
            domain, claim = [], domain
        lifted = any(names_source(part) for part in claim)

        def meant(a: Row) -> bool:
            if domain:
                return _and(self.annotation(part, a) for part in domain) is True
            return lifted or a["source"] == "ground_truth"

        return all(
            _and(self.annotation(part, a) for part in claim) is True for a in self.of(s) if meant(a)
        )

    def matches(self, node: Filter, a: Row) -> bool:
        asked = self.asks(node, a)
        return a["source"] == "ground_truth" if asked is None else asked

    def asks(self, node: Filter, a: Row) -> bool | None:
        """Whether a branch asks for this annotation; None: it asks for none."""
        if is_bare(node):
            return self.group([node], a)
        match node:
            case Quantified(op="any") | Count():
                return self.group(_parts(node.arg), a)
            case Combine(op="and"):
                bare = [part for part in node.args if is_bare(part)]
                asked = [self.asks(part, a) for part in node.args if not is_bare(part)]
                if bare:
                    asked.append(self.group(bare, a))
                known = [value for value in asked if value is not None]
                return any(known) if known else None
            case Combine():
                asked = [self.asks(part, a) for part in node.args]
                if all(value is None for value in asked):
                    return None
                truth = a["source"] == "ground_truth"
                return any(
                    (truth if value is None else value)
                    for part, value in zip(node.args, asked, strict=True)
                    if self.sample(part, self.owner(a)) is True
                )
            case _:
                return None


# --- one condition ---------------------------------------------------------------------------


def leaf(node: Filter, row: Row) -> Truth:
    value = row[_name(node)]
    if isinstance(value, frozenset):
        return _tags(node, value)
    return condition(node, value)


def condition(node: Filter, value: Any) -> Truth:
    if isinstance(node, Null):
        return value is None
    if isinstance(node, In):
        named = [entry for entry in node.values if entry is not None]
        if value is None:
            return True if None in node.values else (None if named else False)
        return value in named
    if value is None:
        return None
    match node:
        case Compare():
            return COMPARE[node.cmp](value, node.value)
        case Between():
            return node.low <= value <= node.high
        case Text(op="contains"):
            return node.value.lower() in value.lower()
        case Text(op="like"):
            pattern = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in node.value)
            return re.fullmatch(pattern, value, re.DOTALL) is not None
        case Text():
            return re.search(node.value, value) is not None
    raise AssertionError(node)


def _tags(node: Filter, tags: frozenset[str]) -> bool:
    match node:
        case Null():
            return not tags
        case Compare(cmp="!="):
            return node.value not in tags
        case In():
            return bool(tags & set(node.values)) or (None in node.values and not tags)
        case _:
            return any(condition(node, tag) for tag in tags)


# --- what a node speaks of -------------------------------------------------------------------


def is_bare(node: Filter) -> bool:
    match node:
        case Quantified() | Count():
            return False
        case Combine():
            parts = [
                part for part in node.args if not (isinstance(part, Combine) and not part.args)
            ]
            return bool(parts) and all(is_bare(part) for part in parts)
        case Not():
            return is_bare(node.arg)
        case _:
            return _name(node) not in SAMPLE_FIELDS


def names_source(node: Filter) -> bool:
    match node:
        case Quantified() | Count():
            return False
        case Combine():
            return any(names_source(part) for part in node.args)
        case Not():
            return names_source(node.arg)
        case _:
            return _name(node) in ("source", "confidence")


def _only_source(node: Filter) -> bool:
    match node:
        case Quantified() | Count():
            return False
        case Combine():
            parts = [
                part for part in node.args if not (isinstance(part, Combine) and not part.args)
            ]
            return bool(parts) and all(_only_source(part) for part in parts)
        case Not():
            return _only_source(node.arg)
        case _:
            return _name(node) == "source"


def _name(node: Filter) -> str:
    return str(getattr(node, "field", ""))


def _parts(node: Filter | None) -> list[Filter]:
    if node is None:
        return []
    return list(node.args) if isinstance(node, Combine) and node.op == "and" else [node]


def _and(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else (None if None in found else True)


def _or(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return True if True in found else (None if None in found else False)


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth
