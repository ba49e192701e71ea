"""A slice to other degrees: smaller objects than those it speaks of, or some that are larger.

An effect that grows by degrees is said by one cut. What that leaves on both sides is no effect of
anything else, so the model of what is expected knows the other degrees as well.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .encoding import Columns
from .halves import Half
from .terms import Slice

_DEGREES = (1 / 3, 2 / 3, 3 / 2, 2.0)
"""Units of a degree, as a share of those of the slice."""
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
