"""How a slice is said: the terms that explain most, with all the others in the model.

Coordinate ascent of a penalised likelihood: of a chosen slice a term is dropped, added, or put in
the place of another, where the likelihood of the model of all slices, less what the terms cost,
is the better for it. A term costs half the logarithm of the groups that speak of it (Schwarz,
Estimating the Dimension of a Model, 1978), and what it takes to name it: the logarithms of the
number of fields and of the values, or cuts, that its field has (Rissanen, Modeling by Shortest Data
Description, 1978).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import log

import numpy as np

from .encoding import Columns, Encoded
from .expecting import Expected, gains
from .halves import Half
from .refining import CUTS
from .terms import Slice

_BETTER = 0.5
"""Least gain for which a slice is said otherwise."""
_DOUBTFUL = 3.0
"""Likelihood's logarithm by which such a field must be better than another."""
_TRIED = 5
"""Others of each kind that are looked at closely."""


class Stating:
    """Other ways of saying the slices of one half.

    Parameters
    ----------
    depth : int
        Most terms of a slice.
    least : int
        Units of a slice.
    """

    def __init__(
        self, half: Half, columns: Columns, fields: list[Encoded], *, depth: int, least: int
    ) -> None:
        self._half, self._columns, self._depth, self._least = half, columns, depth, least
        self._fields = [(one, one.codes[half.rows].astype(np.intp)) for one in fields]
        self._places = {one.feature.name: place for place, one in enumerate(fields)}
        self._names = {one.feature.name: _naming(one, len(fields)) + _doubt(one) for one in fields}

    def better(self, terms: Slice, expected: Expected, at: int) -> list[Slice]:
        """Other ways of saying the slice that is number `at` of a model, the best one first."""
        price = self._price(terms)
        found: list[tuple[float, Slice]] = []
        for size in range(1, len(terms) + 1):
            for parent in combinations(terms, size):
                found.append((self._worth(parent, expected, at, price), parent))
                if size < self._depth:
                    found += self._extended(parent, expected, at, price)
        found.sort(key=lambda one: (-one[0], len(one[1])))
        least = self._worth(terms, expected, at, price) + _BETTER
        return [other for value, other in found if value >= least]

    def worth(self, terms: Slice, expected: Expected, at: int) -> float:
        """What the likelihood gains by them in the place of slice number `at`, less their cost."""
        return self._worth(terms, expected, at, self._price(terms))

    def _price(self, terms: Slice) -> float:
        """Of one term more or less, by how many groups say something about it."""
        return float(np.log(max(self._half.count_groups(self._mask(terms)), 2))) / 2

    def _mask(self, terms: Slice) -> np.ndarray:
        mask: np.ndarray = self._columns.all_of(terms)[self._half.rows]
        return mask

    def _worth(self, terms: Slice, expected: Expected, at: int, price: float) -> float:
        counts, totals = expected.sums_of(self._mask(terms))
        gain = gains(counts, totals, expected.offsets(at), expected)
        return float(gain[0]) - self._cost(terms, price)

    def _extended(
        self, parent: Slice, expected: Expected, at: int, price: float
    ) -> Iterator[tuple[float, Slice]]:
        """A parent with each further term."""
        rows = np.flatnonzero(self._mask(parent))
        part = expected.part(rows)
        said = {term.feature.name for term in parent}
        for field, codes in self._fields:
            if field.feature.name in said:
                continue
            width = field.cover.shape[1]
            own = codes[rows]
            units = field.cover @ np.bincount(own, minlength=width)
            counts, totals = part.sums(own, field.cover.astype(np.float64))
            gain = gains(counts, totals, expected.offsets(at), expected)
            usable = (units >= self._least) & (field.depths > len(parent))
            for place in np.argsort(np.where(usable, -gain, 0.0), kind="stable")[:_TRIED].tolist():
                if usable[place]:
                    terms = self._ordered((*parent, field.terms[place]))
                    yield float(gain[place]) - self._cost(terms, price), terms

    def _cost(self, terms: Slice, price: float) -> float:
        """What terms cost."""
        return sum(price + self._names[term.feature.name] for term in terms)

    def _ordered(self, terms: Slice) -> Slice:
        return tuple(sorted(terms, key=lambda term: self._places[term.feature.name]))


def _naming(field: Encoded, fields: int) -> float:
    """What it takes to name a term of a field, one of so many."""
    cut = any(term.op in ("<=", ">") for term in field.terms)
    return log(fields * (CUTS if cut else len(field.terms)))


def _doubt(field: Encoded) -> float:
    """What a field costs besides, that goes with others for reasons of its own.

    Far objects are small, and it is mostly the size; values are missing for a reason, and so are
    those that are there.
    """
    missing = any(term.op == "null" for term in field.terms)
    return _DOUBTFUL if missing or field.feature.origin == "position" else 0.0
