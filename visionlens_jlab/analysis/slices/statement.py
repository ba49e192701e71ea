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

from visionlens_jlab.analysis.slices.cut_points import CUTS, refine
from visionlens_jlab.analysis.slices.encoding import Columns, Encoded
from visionlens_jlab.analysis.slices.prediction import Expected, gains
from visionlens_jlab.analysis.slices.settings import ENTRY_Z
from visionlens_jlab.analysis.slices.terms import CUTTING, Slice, Term
from visionlens_jlab.analysis.slices.units import Half

_BETTER = 0.5
"""Least gain for which a slice is said otherwise."""
_DOUBTFUL = 3.0
"""Likelihood's logarithm by which such a field must be better than another."""
_TRIED = 5
"""Others of each kind that are looked at closely."""
_TELLING = 1.92
"""Gain, as much as at 95%, from which a value may be one of a set, and a cut the end of a range."""
_PROMISING = 0.5
"""Share of a slice's gain from which another is cut finely, to be said instead."""
_MOST_OF_A_SET = 6
_FEWEST = 4
"""Values of a field that has sets; of three, two are all but one."""
_UNLIKE = ENTRY_Z**2 / 2
"""What its values gain apart beyond what they gain as one, for each further value of a set."""
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

    def gains_of(self, sums: list[tuple[np.ndarray, np.ndarray]]) -> list[np.ndarray]:
        """Of slices of several fields, at once."""
        if not sums:
            return []
        counts, totals = (np.concatenate(each) for each in zip(*sums, strict=True))
        ends = np.cumsum([len(one) for one, _ in sums])
        return np.split(self.gains((counts, totals)), ends[:-1])


class Restatement:
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
        found += self._cut_well(found, place, self._worth(terms, place) + self._cost(terms, place))
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
        self, found: list[tuple[float, Slice]], place: _Place, gain: float
    ) -> Iterator[tuple[float, Slice]]:
        """The best of them with numbers cut where that explains most, one for each set of fields.

        Else what is cut well already stands before what would be better, cut as well. What gains
        less than a share of `gain` with the first cuts is not.
        """
        best: dict[tuple[str, ...], tuple[float, Slice]] = {}
        for value, terms in found:
            fields = tuple(f"{term.feature.name} {term.weight}" for term in terms)
            cut = any(term.op in CUTTING for term in terms)
            telling = value + self._cost(terms, place) >= _PROMISING * gain
            if cut and telling and value > best.get(fields, (-np.inf, ()))[0]:
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
        fields = [
            (field, part.table(codes[rows], field.cover.shape[1]), plain)
            for field, codes in self._fields
            if field.feature.name not in said
            and len(plain := np.flatnonzero(field.depths > len(parent)))
        ]
        sums = [part.sums_of(table, field.cover[plain]) for field, table, plain in fields]
        gained = place.gains_of(sums)
        further = [
            _further(field, plain, gain, each, place)
            for (field, _, plain), gain, each in zip(fields, gained, sums, strict=True)
        ]
        tables = [table for _, table, _ in fields]
        others = place.gains_of(
            [part.sums_of(one, cover) for one, (_, cover) in zip(tables, further, strict=True)]
        )
        for (field, table, plain), gain, (terms, cover), other in zip(
            fields, gained, further, others, strict=True
        ):
            named = [*(field.terms[at] for at in plain), *terms]
            value = np.append(gain, other)
            units = np.vstack([field.cover[plain], cover]) @ table[0].sum(axis=0)
            single = np.array([term.op != "in" for term in named]) & (units >= self._least)
            best = np.argsort(np.where(single, -value, np.inf), kind="stable")[:_TRIED]
            sets = [at for at, term in enumerate(named) if term.op == "in"]
            for at in [*best[single[best]].tolist(), *sets]:
                longer = self._ordered((*parent, named[at]))
                yield float(value[at]) - self._cost(longer, place), longer

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


def _further(
    field: Encoded,
    plain: np.ndarray,
    gain: np.ndarray,
    sums: tuple[np.ndarray, np.ndarray],
    place: _Place,
) -> tuple[list[Term], np.ndarray]:
    """Ranges of a number, or sets of words, given what its plain terms gain; and their cover.

    A range that is worse than both of its sides makes one side of a cut worse too.
    """
    if gain.max(initial=0.0) < _TELLING:
        return [], np.zeros((0, field.cover.shape[1]), dtype=bool)
    ranges = np.flatnonzero(field.depths == 0)
    sets = list(_sets(field, plain, gain, sums, place))
    terms = [*(field.terms[at] for at in ranges), *(term for term, _ in sets)]
    return terms, np.vstack([field.cover[ranges], *(cover for _, cover in sets)])


def _sets(
    field: Encoded,
    places: np.ndarray,
    gain: np.ndarray,
    sums: tuple[np.ndarray, np.ndarray],
    place: _Place,
) -> Iterator[tuple[Term, np.ndarray]]:
    """The worst two, three ... values of those that are worse by themselves, as one term.

    Of all sets of a size that one gains most (Breiman et al., Classification and Regression Trees,
    1984, 4.2), so the others need not be tried. Values that differ by as much as would make one of
    them a slice of its own are no set, and neither is most of a field: that says what is not so.
    """
    values = [at for at, one in enumerate(places) if field.terms[one].op == "="]
    if field.feature.kind != "category" or len(values) < _FEWEST:
        return
    counts, totals = (each.sum(axis=1) for each in sums)
    mean = totals / np.maximum(counts, 1e-9)
    worse = sorted((at for at in values if gain[at] >= _TELLING), key=lambda at: -mean[at])
    worse = worse[: min((len(values) + 1) // 2, _MOST_OF_A_SET)]
    joint = place.gains((sums[0][worse].cumsum(axis=0), sums[1][worse].cumsum(axis=0)))
    unlike = gain[worse].cumsum() - joint
    for size in range(2, len(worse) + 1):
        if unlike[size - 1] > _UNLIKE * (size - 1):
            continue
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
