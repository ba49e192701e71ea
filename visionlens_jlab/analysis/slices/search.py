"""The discovery half: which slices of some units are worse, among all that were looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, LeftOut
from visionlens_jlab.analysis.slices.contrasts import Tests, benjamini_hochberg, p_values
from visionlens_jlab.analysis.slices.encoding import Columns, Encoded, encode
from visionlens_jlab.analysis.slices.enumeration import Enumerated, enumerate_slices
from visionlens_jlab.analysis.slices.prediction import Expected, Scale
from visionlens_jlab.analysis.slices.settings import PART_OF_SMALL, SMALL, least_effect
from visionlens_jlab.analysis.slices.terms import Feature, Slice, is_wanted, weight_of
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units, halves


@dataclass
class Chosen:
    """A slice that was chosen, with those that have no effect of their own once it is given."""

    terms: Slice
    mask: np.ndarray
    """`bool` (n,) over the discovery half."""
    explains: list[Candidate] = field(default_factory=list)
    degrees: list[Slice] = field(default_factory=list)
    """The same cut elsewhere, where that explains something more."""

    @property
    def fields(self) -> set[str]:
        """Of its terms."""
        return {term.feature.name for term in self.terms}


@dataclass(frozen=True)
class Candidate:
    """A slice of the discovery half with an effect, and the factor its p is multiplied by.

    The factor is that of weighted Benjamini-Hochberg: tests of its depth times the number of
    depths, over all tests.
    """

    terms: Slice
    mask: np.ndarray
    factor: float


def may_say(other: Chosen, one: Chosen) -> bool:
    """Whether a slice said anew may say another too: with shared units, or but for one field."""
    if (one.mask & other.mask).any():
        return bool(one.fields & other.fields)
    differing = {term.feature.name for term in set(one.terms) ^ set(other.terms)}
    return one.fields == other.fields and len(differing) == 1


def is_part(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether all units of one are of the other."""
    return not bool((one & ~other).any())


def jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Units of both over units of either."""
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0


_MAY_BE = 0.05
"""p beyond the whole up to which a slice may turn out to matter once others are known."""


_LEADING = (("miss_rate", "annotations"), ("false_positive_rate", "samples"))
_PART_OF_OTHERS = 0.25
_DEPTH_OF_OTHERS = 2
"""Terms of slices of the other targets where none is asked for."""


@dataclass(frozen=True)
class Search:
    """What was looked at among some units."""

    units: Units
    columns: Columns
    discovery: Half
    confirmation: Half
    fields: list[Encoded]
    slices: list[Slice]
    p: np.ndarray
    """float64 (slices,): of each candidate in the discovery half; 1 where it is not worse."""
    sizes: np.ndarray
    """int64 (slices,): units of each candidate in the discovery half."""
    tested: np.ndarray
    """int64 (depth, 2): slices looked at, by depth; the small ones last."""
    left_out: list[LeftOut]
    """Fields that cannot describe any of these units."""

    @property
    def is_constant(self) -> bool:
        """Whether all units have one value: then nothing can be told apart."""
        values = np.concatenate([self.discovery.values, self.confirmation.values])
        return not len(values) or bool((values == values[0]).all())


def is_leading(units: Units) -> bool:
    """Whether these units count failures first: objects missed, and false positives of images."""
    return (units.target, units.level) in _LEADING


def part_of(units: Units) -> float:
    """Weight of a target's tests beside others'."""
    return 1.0 if is_leading(units) else _PART_OF_OTHERS


class Family:
    """All tests of an analysis, with those made before.

    Each depth of a target has an equal part in the weights of Benjamini-Hochberg, so that the many
    conjunctions of three terms do not silence the single terms, and within a depth the small slices
    have a lesser one. The leading targets have most of it, for the others look at the same
    failures another way.
    """

    def __init__(self, searches: list[Search], earlier: Tests) -> None:
        self._own = sum(int(one.tested.sum()) for one in searches)
        self._parts = sum(float(_parts(one)[one.tested > 0].sum()) for one in searches)
        self.tests = self._own + len(earlier)
        parts = [
            one.p * [self.factor(one, *each) for each in zip(one.slices, one.sizes, strict=True)]
            for one in searches
            if one.slices
        ]
        self._scaled = np.concatenate([*parts, np.array([first for first, _ in earlier])])

    def factor(self, search: Search, terms: Slice, units: int) -> float:
        """What p of a slice of so many units is multiplied by: one over its weight."""
        place = min(weight_of(terms), len(search.tested)) - 1, int(units < SMALL)
        weight = float(_parts(search)[place]) / max(self._parts, 1e-9)
        return max(int(search.tested[place]), 1) / (weight * max(self._own, 1))

    def cutoff(self, alpha: float) -> float:
        """What p times factor may be at most to be rejected; 0: nothing is.

        Not the greatest that is rejected: of a single slice that would be its own, to a hair.
        """
        rejected = np.count_nonzero(benjamini_hochberg(self._scaled, self.tests) <= alpha)
        return alpha * int(rejected) / max(self.tests, 1)

    def candidates(self, search: Search) -> list[Candidate]:
        """Slices of a search that may have an effect, with their units."""
        return [
            Candidate(
                search.slices[at],
                search.columns.all_of(search.slices[at])[search.discovery.rows],
                self.factor(search, search.slices[at], search.sizes[at]),
            )
            for at in np.flatnonzero(search.p <= _MAY_BE).tolist()
        ]

    def adjust(self, search: Search, terms: Slice, units: int, p: float) -> float:
        """The adjusted p of a slice of a search."""
        scaled = np.append(self._scaled, p * self.factor(search, terms, units))
        return float(benjamini_hochberg(scaled, self.tests)[-1])


def _parts(search: Search) -> np.ndarray:
    """Weights of the tests of each depth, of the small ones last; float64 (depth, 2)."""
    return np.tile(part_of(search.units) * np.array([1.0, PART_OF_SMALL]), (len(search.tested), 1))


def search_units(
    given: SliceInput,
    units: Units,
    request: AnalyseRequest,
    progress: Callable[[str, int, int], None],
) -> Search:
    """Look at all slices of some units."""
    columns = Columns(given, units)
    parts = halves(given, units)
    least, groups = request.min_objects, request.min_groups
    fields, left_out = [], []
    if min(len(one.rows) for one in parts) >= 2 * least:
        for feature in features_of(given, units, request):
            found = encode(feature, columns, parts, least, groups)
            if isinstance(found, Encoded):
                fields.append(found)
            else:
                left_out.append(found)
    stage = f"search {units.target}"
    depth = depth_of(units, request)
    enumerated = Enumerated([], np.zeros((depth, 2), dtype=np.int64))
    discovery = parts[0]
    if fields:
        enumerated = enumerate_slices(
            discovery,
            fields,
            depth=depth,
            least=least,
            least_effect=least_effect(discovery.values, units.scale) / 2,
            progress=lambda done, total: progress(stage, done, total),
        )
    slices = [
        tuple(fields[field].terms[term] for field, term in places)
        for places in enumerated.candidates
    ]
    p, sizes = _p(discovery, columns, slices, units.scale, groups)
    tested = enumerated.tested
    return Search(units, columns, *parts, fields, slices, p, sizes, tested, left_out)


def depth_of(units: Units, request: AnalyseRequest) -> int:
    """Most terms of a slice of some units."""
    if request.target is None and not is_leading(units):
        return min(request.depth, _DEPTH_OF_OTHERS)
    return request.depth


def features_of(given: SliceInput, units: Units, request: AnalyseRequest) -> list[Feature]:
    """The features that may describe some units under a request."""

    def wanted(feature: Feature) -> bool:
        return feature.name not in units.without and is_wanted(request, feature.names)

    levels = ("samples",) if units.level == "samples" else ("samples", "annotations")
    return [one for one in given.features if one.level in levels and wanted(one)]


def _p(
    discovery: Half, columns: Columns, slices: list[Slice], scale: Scale, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """`p` of each slice, and how many units it has."""
    expected = Expected(discovery, [], scale)
    masks = (columns.all_of(one)[discovery.rows] for one in slices)
    found = [(expected.excess(mask), int(np.count_nonzero(mask))) for mask in masks]
    z = np.array([one.z for one, _ in found])
    p = p_values(z, np.ones(len(z)), np.full(len(z), discovery.group_count - 1.0))
    enough = np.array([one.groups for one, _ in found]) >= groups
    return np.where((z > 0) & enough, p, 1.0), np.array([units for _, units in found], int)
