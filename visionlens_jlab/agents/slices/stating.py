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
from dataclasses import dataclass
from itertools import combinations
from math import comb, log

import numpy as np

from .encoding import Columns, Encoded
from .expecting import Expected, gains
from .halves import Half
from .refining import CUTS, refine
from .terms import CUTTING, Slice, Term

_BETTER = 0.5
"""Least gain for which a slice is said otherwise."""
_DOUBTFUL = 3.0
"""Likelihood's logarithm by which such a field must be better than another."""
_TRIED = 5
"""Others of each kind that are looked at closely."""
_TELLING = 1.92
"""Gain, as much as at 95%, from which a value may be one of a set, and a cut the end of a range."""
_MOST_OF_A_SET = 6
_SHARED = 0.5
"""Jaccard index from which a slice of other fields may be another way of saying one."""


@dataclass(frozen=True)
class _Place:
    """That of slice number `at` of a model, and what a condition costs there."""

    expected: Expected
    at: int
    price: float

    def gains(self, sums: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Of slices in this place."""
        return gains(*sums, self.expected.offsets(self.at), self.expected)


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
        self._names = {
            one.feature.name: (
                log(len(fields)) + _doubt(one),
                len(one.terms),
                sum(term.op == "=" for term in one.terms),
            )
            for one in fields
        }

    def better(self, terms: Slice, expected: Expected, at: int) -> list[Slice]:
        """Other ways of saying the slice that is number `at` of a model, the best one first."""
        place = _Place(expected, at, self._price(terms))
        found = list(self._extended((), place))
        for size in range(1, len(terms) + 1):
            for parent in combinations(terms, size):
                found.append((self._worth(parent, place), parent))
                if size < self._depth:
                    found += self._extended(parent, place)
        found += self._cut_well(found, place)
        found.sort(key=lambda one: (-one[0], len(one[1])))
        least = self._worth(terms, place) + _BETTER
        better = dict.fromkeys(other for value, other in found if value >= least)
        return [other for other in better if self._is_of_the_same(other, terms)]

    def worth(self, terms: Slice, expected: Expected, at: int) -> float:
        """What the likelihood gains by them in the place of slice number `at`, less their cost."""
        return self._worth(terms, _Place(expected, at, self._price(terms)))

    def _price(self, terms: Slice) -> float:
        """Of one condition more or less, by how many groups say something about it."""
        return float(np.log(max(self._half.count_groups(self._mask(terms)), 2))) / 2

    def _mask(self, terms: Slice) -> np.ndarray:
        if not terms:
            return np.ones(len(self._half.rows), dtype=bool)
        mask: np.ndarray = self._columns.all_of(terms)[self._half.rows]
        return mask

    def _worth(self, terms: Slice, place: _Place) -> float:
        gain = place.gains(place.expected.sums_of(self._mask(terms)))
        return float(gain[0]) - self._cost(terms, place)

    def _is_of_the_same(self, other: Slice, terms: Slice) -> bool:
        """Whether another way of saying a slice keeps a field of it, or else most of its units.

        What is worse elsewhere is another slice, however much that explains.
        """
        if {one.feature.name for one in other} & {one.feature.name for one in terms}:
            return True
        one, mask = self._mask(other), self._mask(terms)
        return bool(np.count_nonzero(one & mask) >= _SHARED * np.count_nonzero(one | mask))

    def _cut_well(
        self, found: list[tuple[float, Slice]], place: _Place
    ) -> Iterator[tuple[float, Slice]]:
        """The best of them with numbers cut where that explains most, one for each set of fields.

        Else what is cut well already stands before what would be better, cut as well.
        """
        best: dict[tuple[str, ...], tuple[float, Slice]] = {}
        for value, terms in found:
            fields = tuple(f"{term.feature.name} {term.weight}" for term in terms)
            cut = any(term.op in CUTTING for term in terms)
            if cut and value > best.get(fields, (-np.inf, ()))[0]:
                best[fields] = (value, terms)
        for _, terms in sorted(best.values(), key=lambda one: -one[0])[:_TRIED]:
            fine = refine(
                terms, self._half, self._columns, place.expected, place.at, least=self._least
            )
            yield self._worth(fine, place), fine

    def _extended(self, parent: Slice, place: _Place) -> Iterator[tuple[float, Slice]]:
        """A parent with each further term."""
        rows = np.flatnonzero(self._mask(parent))
        part = place.expected.part(rows)
        said = {term.feature.name for term in parent}
        for field, codes in self._fields:
            if field.feature.name in said:
                continue
            own = codes[rows]
            by_code = np.bincount(own, minlength=field.cover.shape[1])
            plain = np.flatnonzero(field.depths > len(parent))
            if not len(plain):
                continue
            sums = part.sums(own, field.cover[plain].astype(np.float64))
            gain = place.gains(sums)
            tried = list(zip(plain.tolist(), gain.tolist(), strict=True))
            ranges = np.flatnonzero(field.depths == 0)
            # A range that is worse than both of its sides makes one side of a cut worse too.
            if len(ranges) and gain.max(initial=0.0) >= _TELLING:
                covered = field.cover[ranges].astype(np.float64)
                tried += zip(ranges.tolist(), place.gains(part.sums(own, covered)), strict=True)
            tried = [one for one in tried if field.cover[one[0]] @ by_code >= self._least]
            for at, gained in sorted(tried, key=lambda one: -one[1])[:_TRIED]:
                terms = self._ordered((*parent, field.terms[at]))
                yield float(gained) - self._cost(terms, place), terms
            for term, cover in _sets(field, plain, gain, sums):
                terms = self._ordered((*parent, term))
                (value,) = place.gains(part.sums(own, cover[None].astype(np.float64)))
                yield float(value) - self._cost(terms, place), terms

    def _cost(self, terms: Slice, place: _Place) -> float:
        """What terms cost."""
        return sum(place.price * term.weight + self._name(term) for term in terms)

    def _name(self, term: Term) -> float:
        """What it takes to name a term, of so many fields and values, and the field's doubt."""
        named, terms, values = self._names[term.feature.name]
        if term.op in CUTTING:
            return named + term.weight * log(CUTS)
        if isinstance(term.value, tuple):
            return named + log(comb(values, len(term.value))) + log(values)
        return named + log(terms)

    def _ordered(self, terms: Slice) -> Slice:
        return tuple(sorted(terms, key=lambda term: self._places[term.feature.name]))


def _sets(
    field: Encoded, places: np.ndarray, gain: np.ndarray, sums: tuple[np.ndarray, np.ndarray]
) -> Iterator[tuple[Term, np.ndarray]]:
    """The worst two, three ... values of those that are worse by themselves, as one term.

    Of all sets of a size that one gains most (Breiman et al., Classification and Regression Trees,
    1984, 4.2), so the others need not be tried.
    """
    values = [at for at, place in enumerate(places) if field.terms[place].op == "="]
    if field.feature.kind != "category" or len(values) < 3:
        return
    counts, totals = (each.sum(axis=1) for each in sums)
    mean = totals / np.maximum(counts, 1e-9)
    worse = sorted((at for at in values if gain[at] >= _TELLING), key=lambda at: -mean[at])
    for size in range(2, min(len(worse), len(values) - 1, _MOST_OF_A_SET) + 1):
        chosen = np.sort(places[worse[:size]])
        names = tuple(str(field.terms[at].value) for at in chosen)
        yield Term(field.feature, "in", names), field.cover[chosen].any(axis=0)


def _doubt(field: Encoded) -> float:
    """What a field costs besides, that goes with others for reasons of its own.

    Far objects are small, and it is mostly the size; values are missing for a reason, and so are
    those that are there.
    """
    missing = any(term.op == "null" for term in field.terms)
    return _DOUBTFUL if missing or field.feature.origin == "position" else 0.0
