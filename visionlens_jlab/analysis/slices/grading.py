"""A slice to other degrees: smaller objects than those it speaks of, or some that are larger.

An effect that grows by degrees is said by one cut. What that leaves on both sides is no effect of
anything else, so the model of what is expected knows the other degrees as well.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visionlens_jlab.analysis.slices.encoding import Columns
from visionlens_jlab.analysis.slices.statistics.halves import Half
from visionlens_jlab.analysis.slices.terms import Slice, Term

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
