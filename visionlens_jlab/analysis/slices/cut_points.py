"""Where a number is cut: at the change, as people would write it, and to other degrees.

An effect that grows by degrees is said by one cut. What that leaves on both sides is no effect of
anything else, so the model of what is expected knows the other degrees as well.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visionlens_jlab.analysis.slices.encoding import Columns, between
from visionlens_jlab.analysis.slices.prediction import Expected, gains
from visionlens_jlab.analysis.slices.terms import Slice, Term
from visionlens_jlab.analysis.slices.units import Half

CUTS = 128
"""Places that are tried, at quantiles of the units that the other terms leave."""
_AS_GOOD = 1.92
"""Loss of the likelihood's logarithm at which another place is as good: a 95% interval."""
_GAPS = 8
"""Widest gaps between values, at which a cut is tried too."""
_TURNS = 2
"""Of moving the ends of a range."""
_WIDE = 0.25
"""Share of the places that are as good, from which a gap is where people would cut."""


def refine(
    terms: Slice, half: Half, columns: Columns, expected: Expected, at: int, *, least: int
) -> Slice:
    """The terms of slice number `at` of a model with each number cut where that explains most.

    Only the discovery half is looked at, so the confirmation half knows nothing of the choice.
    Among places that are as good it is a wide gap between the values, else the number with the
    fewest digits.
    """
    for place, term in enumerate(terms):
        others = (*terms[:place], *terms[place + 1 :])
        better = term
        if term.op in ("<=", ">"):
            better = _cut(term, others, half, columns, (expected, at), least=least)
        elif isinstance(term.value, tuple) and term.op == "within":
            ends = [Term(term.feature, ">", term.value[0]), Term(term.feature, "<=", term.value[1])]
            for turn in range(2 * _TURNS):
                here, there = turn % 2, 1 - turn % 2
                around = (*others, ends[there])
                ends[here] = _cut(ends[here], around, half, columns, (expected, at), least=least)
            low, high = (float(str(end.value)) for end in ends)
            better = replace(term, value=(low, high))
        terms = (*terms[:place], better, *terms[place + 1 :])
    return terms


def _cut(
    term: Term,
    others: Slice,
    half: Half,
    columns: Columns,
    model: tuple[Expected, int],
    *,
    least: int,
) -> Term:
    """A term cut where that explains most among the units that the others leave.

    `model`: that, and the number of the slice in it.
    """
    expected, at = model
    around = columns.all_of(others)[half.rows] if others else np.ones(len(half.rows), bool)
    values = columns.numbers(term.feature)[half.rows]
    rows = np.flatnonzero(around & ~np.isnan(values))
    cuts = _tried(values[rows])
    if not len(cuts):
        return term
    bins = np.searchsorted(cuts, values[rows], side="left")
    above = term.op == ">"
    counts, totals = expected.part(rows).sums_of_cuts(bins, len(cuts), above=above)
    gain = gains(counts, totals, expected.offsets(at), expected)
    upto = np.cumsum(np.bincount(bins, minlength=len(cuts) + 1))
    gain[(upto[-1] - upto[:-1] if above else upto[:-1]) < least] = 0.0
    return _best(term, values[rows], cuts, gain)


def _tried(values: np.ndarray) -> np.ndarray:
    """Values at which to cut, all but the greatest, ascending."""
    if not len(values):
        return values
    ordered = np.sort(values)
    shares = np.linspace(0, len(values) - 1, CUTS + 2)[1:-1].astype(int)
    widest = np.argsort(-np.diff(ordered), kind="stable")[:_GAPS]
    cuts = np.unique(ordered[np.append(shares, widest)])
    return np.asarray(cuts[cuts < ordered[-1]])


def _best(term: Term, values: np.ndarray, cuts: np.ndarray, gain: np.ndarray) -> Term:
    """The term with the plainest number among the cuts around the best that are as good."""
    best = first = last = int(np.argmax(gain))
    if gain[best] <= 0:
        return term
    if term.feature.kind == "integer":
        return replace(term, value=float(cuts[best]))
    good = gain >= gain[best] - _AS_GOOD
    ordered = np.unique(values)
    after = ordered[np.searchsorted(ordered, cuts, side="right")]
    gaps = np.where(good, after - cuts, 0.0)
    widest = int(np.argmax(gaps))
    if gaps[widest] >= _WIDE * (after[good].max() - cuts[good].min()):
        return replace(term, value=between(float(cuts[widest]), float(after[widest])))
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(good) and good[last + 1]:
        last += 1
    return replace(term, value=between(float(cuts[first]), float(after[last])))


_DEGREES = (1 / 3, 2 / 3, 3 / 2, 2.0)
"""Units of a degree, as a share of those of the slice."""
_APART = 0.02
"""Share of all units that may lie between two degrees."""
_MOST = 0.9
"""Share of the units that the other terms leave, which a degree may have at most."""


def degrees_of(terms: Slice, half: Half, columns: Columns) -> list[Slice]:
    """The slice with each of its one-sided numbers cut elsewhere."""
    found = []
    for place, term in enumerate(terms):
        if term.op not in ("<=", ">"):
            continue
        others = (*terms[:place], *terms[place + 1 :])
        values = columns.numbers(term.feature)[half.rows]
        if others:
            values = values[columns.all_of(others)[half.rows]]
        values = np.sort(values[~np.isnan(values)])
        upto = term.op == "<="
        bound = float(str(term.value))
        inside = np.searchsorted(values, bound, side="right")
        units = inside if upto else len(values) - inside
        for share in _DEGREES:
            many = round(share * units)
            if 0 < many <= _MOST * len(values):
                cut = float(values[many - 1] if upto else values[len(values) - many - 1])
                if cut != bound:
                    other = replace(term, value=cut)
                    found.append((*terms[:place], other, *terms[place + 1 :]))
    return found


def is_degree_of(terms: Slice, other: Slice, half: Half, columns: Columns) -> bool:
    """Whether a slice differs from another by nothing but where numbers are cut."""
    if [one.feature for one in terms] != [one.feature for one in other]:
        return False
    return all(
        one == each or _is_next_to(one, each, half, columns)
        for one, each in zip(terms, other, strict=True)
    )


def _is_next_to(one: Term, other: Term, half: Half, columns: Columns) -> bool:
    """Whether hardly a unit lies between what two cuts of a number leave."""
    if one.ends is None or other.ends is None or {one.op, other.op} == {"<=", ">"}:
        return False
    (low, high), (lower, higher) = one.ends, other.ends
    values = columns.numbers(one.feature)[half.rows]
    with np.errstate(invalid="ignore"):
        between = (values > min(high, higher)) & (values <= max(low, lower))
    return int(np.count_nonzero(between)) <= _APART * len(values)
