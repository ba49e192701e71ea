"""Filter tree to SQL.

At level samples a conjunction's bare annotation-only parts form one group, which asks for one
annotation that satisfies them all. Each group speaks of ground truth unless it names `source` or
`confidence`.
"""

from __future__ import annotations

from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.normal import (
    MAX_GROUPS,
    MAX_TERMS,
    conjuncts,
    leaves,
    normalize,
    too_many,
)
from visionlens_jlab.core.predicates.patterns import check_patterns
from visionlens_jlab.core.predicates.shapes import Combine, Count, Filter, Not, Quantified, Text
from visionlens_jlab.core.predicates.sql import FALSE, TRUE, Among, Compiled, annotations_from, join
from visionlens_jlab.core.predicates.terms import compile_term
from visionlens_jlab.core.shapes import Level

GROUND_TRUTH = Compiled("a.source = 'ground_truth'", (), frozenset("a"))
_ZERO = {
    "=": lambda n: n == 0,
    "!=": lambda n: n != 0,
    "<": lambda n: n > 0,
    "<=": lambda n: n >= 0,
    ">": lambda n: n < 0,
    ">=": lambda n: n <= 0,
}
"""Whether zero annotations satisfy `count(...) cmp n`."""


def compile_filter(
    filter: Filter | None, level: Level, fields: FieldSet, among: Among | None = None
) -> Compiled:
    """The condition for a row of `level`: over `s` for samples, over `a`, `s`, `c` for annotations.

    At level annotations the whole predicate is one group. `among` holds besides.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID.
    """
    compiler = _Compiler(fields)
    parts = _parts(filter)
    if level == "annotations":
        return compiler.group(parts, among=among)
    return compiler.sample_all(parts, among)


def compile_group(
    parts: list[Filter],
    fields: FieldSet,
    *,
    also: Field | None = None,
    among: Among | None = None,
) -> Compiled:
    """One annotation group over `a`, `s`, `c`: all `parts` hold, with the default source.

    `also` is a further field the group is going to name.
    """
    lifted = also is not None and also.speaks_of_sources
    return _Compiler(fields).group(parts, default=not lifted, among=among)


def compile_matching(
    filter: Filter | None, fields: FieldSet, among: Among | None = None
) -> Compiled:
    """The condition over `a`, `s`, `c` for a sample view's matching annotations."""
    parts = _parts(filter)
    own = among if among is not None and among.level == "annotations" else None
    matching = _Compiler(fields).matching_all(parts, own)
    return GROUND_TRUTH if matching is None else matching


def of_any_source(filter: Filter | None, fields: FieldSet, among: Among | None = None) -> bool:
    """Whether annotations that meet a filter may be of any source, not the ground truth alone."""
    if among is not None and among.level == "annotations":
        return True
    parts = _parts(filter)
    return any(_Compiler(fields).names_source(part) for part in parts)


def is_bare(node: Filter, fields: FieldSet) -> bool:
    """Whether a node speaks of annotations only, without a quantifier."""
    return _Compiler(fields).is_bare(node)


def _parts(filter: Filter | None) -> list[Filter]:
    """What must all hold, in normal form. PREDICATE_INVALID for patterns that take too long."""
    if filter is None:
        return []
    found = normalize(filter)
    texts = (leaf for leaf in leaves(found) if isinstance(leaf, Text))
    check_patterns(text.value for text in texts if text.op == "matches")
    return conjuncts(found)


class _Compiler:
    def __init__(self, fields: FieldSet) -> None:
        self._fields = fields
        self._terms = self._groups = 0

    # --- over one sample ---------------------------------------------------------------------

    def sample(self, node: Filter) -> Compiled:
        if self.is_bare(node):
            return self._exists("s", self.group([node]))
        match node:
            case Combine(op="and"):
                return self.sample_all(node.args)
            case Combine():
                return join([self.sample(arg) for arg in node.args], "OR", FALSE)
            case Not():
                return self.sample(node.arg).wrap("(NOT ", ")")
            case Quantified() | Count():
                return self._quantifier("s", node)
            case _:
                return self._term(node)

    def sample_all(self, parts: list[Filter], among: Among | None = None) -> Compiled:
        bare, mixed = self._divided(parts)
        others = [self.sample(part) for part in mixed]
        if among is not None and among.level == "samples":
            others.append(among.on_sample)
            among = None
        if bare or among is not None:
            others.append(self._exists("s", self.group(bare, among=among)))
        return join(others, "AND", TRUE)

    # --- over one annotation -----------------------------------------------------------------

    def group(
        self, parts: list[Filter], *, default: bool = True, among: Among | None = None
    ) -> Compiled:
        conditions = [self.annotation(part) for part in parts]
        if among is not None:
            conditions.append(among.on_annotation)
            default = default and among.level == "samples"
        if default and not any(self.names_source(part) for part in parts):
            conditions.append(GROUND_TRUTH)
        return join(conditions, "AND", TRUE)

    def annotation(self, node: Filter) -> Compiled:
        match node:
            case Combine(op="and"):
                return join([self.annotation(arg) for arg in node.args], "AND", TRUE)
            case Combine():
                return join([self.annotation(arg) for arg in node.args], "OR", FALSE)
            case Not():
                return self.annotation(node.arg).wrap("(NOT ", ")")
            case Quantified() | Count():
                return self._quantifier("a", node)
            case _:
                return self._term(node)

    def matching(self, node: Filter) -> Compiled | None:
        """The matching annotations under one node; None where it asks for no annotation."""
        if self.is_bare(node):
            return self.group([node])
        match node:
            case Combine(op="and"):
                return self.matching_all(node.args)
            case Combine():
                return self._matching_any(node.args)
            case Quantified(op="any"):
                return self.group(conjuncts(node.arg))
            case Count():
                return self.group(conjuncts(node.arg))
            case _:
                return None

    def matching_all(self, parts: list[Filter], among: Among | None = None) -> Compiled | None:
        """The matching annotations where all `parts` hold, and `among` as one of the bare ones."""
        bare, mixed = self._divided(parts)
        found = [self.matching(part) for part in mixed]
        if bare or among is not None:
            found.append(self.group(bare, among=among))
        wanted = [condition for condition in found if condition is not None]
        return join(wanted, "OR", FALSE) if wanted else None

    def _matching_any(self, branches: list[Filter]) -> Compiled | None:
        found = [(branch, self.matching(branch)) for branch in branches]
        if all(condition is None for _, condition in found):
            return None
        # Only the branches that hold for the sample have a say.
        return join(
            (
                join([self.sample(branch), condition or GROUND_TRUTH], "AND", TRUE)
                for branch, condition in found
            ),
            "OR",
            FALSE,
        )

    # --- quantifiers -------------------------------------------------------------------------

    def _quantifier(self, owner: str, node: Quantified | Count) -> Compiled:
        if isinstance(node, Count):
            return self._count(owner, node)
        if node.op == "all":
            return self._all(owner, conjuncts(node.arg))
        condition = self.group(conjuncts(node.arg))
        return self._exists(owner, condition, negated=node.op == "none")

    def _all(self, owner: str, parts: list[Filter]) -> Compiled:
        """No annotation breaks the claim; parts about source alone say which are meant."""
        about_source = [self._is_about_source(part) for part in parts]
        domain = [part for part, is_it in zip(parts, about_source, strict=True) if is_it]
        claim = [part for part, is_it in zip(parts, about_source, strict=True) if not is_it]
        if not claim:
            domain, claim = [], domain
        broken = join([self.annotation(part) for part in claim], "AND", TRUE)
        broken = broken.wrap("((", ") IS NOT TRUE)")
        if domain:
            among = join([self.annotation(part) for part in domain], "AND", TRUE)
        else:
            among = TRUE if any(self.names_source(part) for part in claim) else GROUND_TRUTH
        return self._exists(owner, join([among, broken], "AND", TRUE), negated=True)

    def _count(self, owner: str, node: Count) -> Compiled:
        self._count_group()
        condition = self.group(conjuncts(node.arg))
        zero = _ZERO[node.cmp](node.value)
        having = f"count(*) {node.cmp} ?"
        return Compiled(
            f"{owner}.sample_id {'NOT ' if zero else ''}IN (SELECT a.sample_id FROM "
            f"{annotations_from(condition.aliases)} WHERE {condition.sql} GROUP BY a.sample_id "
            f"HAVING {f'NOT ({having})' if zero else having})",
            (*condition.parameters, node.value),
            frozenset(owner),
        )

    def _exists(self, owner: str, condition: Compiled, negated: bool = False) -> Compiled:
        self._count_group()
        return Compiled(
            f"{owner}.sample_id {'NOT ' if negated else ''}IN (SELECT a.sample_id FROM "
            f"{annotations_from(condition.aliases)} WHERE {condition.sql})",
            condition.parameters,
            frozenset(owner),
        )

    # --- what a node speaks of ---------------------------------------------------------------

    def is_bare(self, node: Filter) -> bool:
        match node:
            case Quantified() | Count():
                return False
            case Combine():
                # A constant speaks of nothing; beside annotation terms it does no harm.
                parts = [arg for arg in node.args if arg not in _CONSTANTS]
                return bool(parts) and all(self.is_bare(arg) for arg in parts)
            case Not():
                return self.is_bare(node.arg)
            case _:
                return self._field(node).level == "annotations"

    def names_source(self, node: Filter) -> bool:
        """Whether a node names source (or confidence) outside quantifiers."""
        match node:
            case Quantified() | Count():
                return False
            case Combine():
                return any(self.names_source(arg) for arg in node.args)
            case Not():
                return self.names_source(node.arg)
            case _:
                return self._field(node).speaks_of_sources

    def _is_about_source(self, node: Filter) -> bool:
        found = list(leaves(node))
        return (
            bool(found)
            and self.is_bare(node)
            and all(self._field(leaf).is_source for leaf in found)
        )

    def _divided(self, parts: list[Filter]) -> tuple[list[Filter], list[Filter]]:
        """The bare parts, and all others."""
        is_bare = [self.is_bare(part) for part in parts]
        return (
            [part for part, bare in zip(parts, is_bare, strict=True) if bare],
            [part for part, bare in zip(parts, is_bare, strict=True) if not bare],
        )

    def _count_group(self) -> None:
        self._groups += 1
        if self._groups > MAX_GROUPS:
            raise too_many("questions about a sample's annotations", MAX_GROUPS)

    def _term(self, node: Filter) -> Compiled:
        self._terms += 1
        if self._terms > 2 * MAX_TERMS:  # matching annotations ask for each condition twice
            raise too_many("conditions", MAX_TERMS)
        return compile_term(self._field(node), node)

    def _field(self, node: Filter) -> Field:
        return self._fields.resolve(str(getattr(node, "field", "")))


_CONSTANTS: tuple[Filter, ...] = (Combine(op="and", args=[]), Combine(op="or", args=[]))
