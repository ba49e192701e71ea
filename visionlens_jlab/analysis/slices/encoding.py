"""Fields as small codes, and the terms that may be part of a slice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import LeftOut
from visionlens_jlab.analysis.slices.terms import Feature, Term
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units
from visionlens_jlab.core.system.arrow_columns import present_in, values_of


def between(low: float, high: float) -> float:
    """The number with the fewest digits in [low, high); the middlemost of them.

    At `low` itself a cut `<=` still has `low` inside, at `high` it would take in too much.
    """
    if not low < high:
        return low
    middle = (low + high) / 2
    start = math.floor(math.log10(max(abs(low), abs(high), high - low, 1e-300))) + 1
    for digits in range(18):
        step = 10.0 ** (start - digits)
        for factor in (1.0, 0.5):
            width = step * factor
            found = round(middle / width) * width
            found = float(f"{found:.15g}")
            if low <= found < high:
                return found
    return low


_SHARES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
"""Quantiles of the discovery half at which a number is cut first."""
_BETWEEN = (0.3, 0.5, 0.7)
"""Further ones, at which ranges begin and end."""
_WIDEST = 0.6
"""Share of the known units, from which a range is none: what it leaves is better said."""
_GAP = 0.1
"""Share of the range of a number, from which values on either side are of two kinds."""
_MOST_VALUES = 60
"""Terms of one field; those with the most units."""


@dataclass(frozen=True)
class Encoded:
    """One field over all rows of a population."""

    feature: Feature
    codes: np.ndarray
    """uint8 (rows,)."""
    terms: list[Term]
    cover: np.ndarray
    """bool (terms, codes): which codes each term holds for."""
    depths: np.ndarray
    """int8 (terms,): of the longest conjunction that each term may be part of when slices are
    enumerated: a missing value stands alone, numbers are cut at fewer places the more terms there
    are, and ranges (0) are looked at apart, as conjunctions of their two ends."""


class Columns:
    """Values of features for the rows of one population, and masks of terms; worked out once."""

    def __init__(self, given: SliceInput, units: Units) -> None:
        self._given, self._units = given, units
        self._masks: dict[Term, np.ndarray] = {}
        self._numbers: dict[str, np.ndarray] = {}
        self._words: dict[str, tuple[np.ndarray, list[str]]] = {}

    def numbers(self, feature: Feature) -> np.ndarray:
        """float64 (rows,); NaN is missing. Of a flag 0 and 1."""
        if feature.name not in self._numbers:
            column = self._column(feature)
            values = values_of(column).astype(np.float64)
            values[~present_in(column)] = np.nan
            self._numbers[feature.name] = self._spread(feature, values)
        return self._numbers[feature.name]

    def words(self, feature: Feature) -> tuple[np.ndarray, list[str]]:
        """Codes int32 (rows,), -1 is missing, and the words they stand for."""
        if feature.name not in self._words:
            chunks = self._column(feature).unify_dictionaries().chunks
            codes = [np.where(present_in(one), values_of(one.indices), -1) for one in chunks]
            listed = [str(word) for word in chunks[0].dictionary.to_pylist()] if chunks else []
            joined = np.concatenate([np.empty(0, np.int32), *codes]).astype(np.int32)
            self._words[feature.name] = self._spread(feature, joined), listed
        return self._words[feature.name]

    def distinct(self, feature: Feature) -> int:
        """How many different values it has."""
        if feature.kind == "category":
            return len(np.unique(self.words(feature)[0][self.words(feature)[0] >= 0]))
        values = self.numbers(feature)
        return len(np.unique(values[~np.isnan(values)]))

    def known(self, feature: Feature) -> np.ndarray:
        """`bool` (rows,): where it has a value."""
        if feature.kind == "category":
            return np.asarray(self.words(feature)[0] >= 0)
        return np.asarray(~np.isnan(self.numbers(feature)))

    def mask(self, term: Term) -> np.ndarray:
        """`bool` (rows,): where a term holds."""
        if term not in self._masks:
            self._masks[term] = self._mask(term)
        return self._masks[term]

    def all_of(self, terms: tuple[Term, ...]) -> np.ndarray:
        """`bool` (rows,): where all of them hold."""
        mask = self.mask(terms[0])
        for term in terms[1:]:
            mask = mask & self.mask(term)
        return mask

    def _mask(self, term: Term) -> np.ndarray:
        if term.feature.kind == "category":
            codes, listed = self.words(term.feature)
            if isinstance(term.value, tuple):
                return np.isin(codes, [listed.index(str(one)) for one in term.value])
            wanted = -1 if term.op == "null" else listed.index(str(term.value))
            return np.asarray(codes == wanted)
        values = self.numbers(term.feature)
        if term.op == "null":
            return np.asarray(np.isnan(values))
        with np.errstate(invalid="ignore"):
            if isinstance(term.value, tuple):
                low, high = (float(one) for one in term.value)
                return np.asarray((values > low) & (values <= high))
            number = float(term.value or 0)
            if term.op == "=":
                return np.asarray(values == number)
            return np.asarray(values > number if term.op == ">" else values <= number)

    def _column(self, feature: Feature) -> pa.ChunkedArray:
        level = "samples" if feature.level == "samples" else self._units.population
        return self._given.table(level).column(feature.name)

    def _spread(self, feature: Feature, values: np.ndarray) -> np.ndarray:
        population = self._units.population
        if feature.level == "samples" and population != "samples":
            spread: np.ndarray = values[self._given.sample_rows(population)]
            return spread
        return values


def encode(
    feature: Feature, columns: Columns, halves: tuple[Half, Half], least: int, groups: int
) -> Encoded | LeftOut:
    """A field's codes and terms, or why it has none.

    Only the discovery half says where numbers are cut. A term is kept where both halves have
    `least` units in `groups` groups of it, and the discovery half as many without it.
    """
    if feature.kind == "category":
        codes, terms, cover = _category(feature, columns, halves[0])
    elif feature.kind == "flag":
        codes, terms, cover = _flag(feature, columns)
    else:
        codes, terms, cover = _number(feature, columns, halves[0])
    depths = _depths(terms)
    if not terms:
        return LeftOut(field=feature.field, reason="It has no value, or the same one everywhere.")
    kept = np.ones(len(terms), dtype=bool)
    for half in halves:
        units, there = _support(half, codes[half.rows], cover)
        kept &= (units >= least) & (there >= groups)
    inside, _ = _support(halves[0], codes[halves[0].rows], cover)
    kept &= len(halves[0].rows) - inside >= least
    if not kept.any():
        reason = _too_few(columns.distinct(feature), least, groups)
        return LeftOut(field=feature.field, reason=reason)
    best = np.flatnonzero(kept)
    if feature.kind == "category" and len(best) > _MOST_VALUES:
        best = np.sort(best[np.argsort(-inside[best], kind="stable")[:_MOST_VALUES]])
    return Encoded(feature, codes, [terms[at] for at in best], cover[best], depths[best])


def _depths(terms: list[Term]) -> np.ndarray:
    """Of each term; of the cuts of a number every other one is for two terms at most."""
    cuts = sorted({float(str(term.value)) for term in terms if term.op in ("<=", ">")})
    fine = set(cuts) - set(cuts[1::2]) if len(cuts) > 4 else set()
    by_op = {"null": 1, "within": 0}
    return np.array(
        [
            by_op.get(term.op, 2 if term.op in ("<=", ">") and term.value in fine else 3)
            for term in terms
        ],
        dtype=np.int8,
    )


def _too_few(values: int, least: int, groups: int) -> str:
    return (
        f"None of its {values:,} values has {least} units in {groups} groups of each half,"
        " and as many without it."
    )


def _support(half: Half, codes: np.ndarray, cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Units and groups of each term."""
    width = cover.shape[1]
    units = cover.astype(np.int64) @ np.bincount(codes, minlength=width)
    key = half.groups.astype(np.int64) * width + codes
    there = np.zeros(half.group_count * width, dtype=bool)
    there[key] = True
    by_group = there.reshape(half.group_count, width)
    if cover.sum(axis=1).max(initial=0) == 1:
        return units, by_group.sum(axis=0)[cover.argmax(axis=1)]
    groups = [int(by_group[:, row].any(axis=1).sum()) for row in cover]
    return units, np.array(groups)


_Coded = tuple[np.ndarray, list[Term], np.ndarray]


def _category(feature: Feature, columns: Columns, half: Half) -> _Coded:
    """A code for each frequent word, one for all others, one for missing."""
    words, listed = columns.words(feature)
    own = words[half.rows]
    counts = np.bincount(own[own >= 0], minlength=len(listed))
    frequent = np.argsort(-counts, kind="stable")[:_MOST_VALUES]
    frequent = np.sort(frequent[counts[frequent] > 0])
    if not len(frequent):
        return words, [], np.zeros((0, 0), dtype=bool)
    place = np.full(len(listed) + 1, len(frequent))
    place[frequent] = np.arange(len(frequent))
    place[-1] = len(frequent) + 1
    terms = [Term(feature, "=", listed[at]) for at in frequent]
    cover = np.eye(len(frequent), len(frequent) + 2, dtype=bool)
    return _with_missing(feature, place[words].astype(np.uint8), terms, cover)


def _flag(feature: Feature, columns: Columns) -> _Coded:
    values = columns.numbers(feature)
    codes = np.where(np.isnan(values), 2, values).astype(np.uint8)
    terms = [Term(feature, "=", True), Term(feature, "=", False)]
    cover = np.array([[False, True, False], [True, False, False]])
    return _with_missing(feature, codes, terms, cover)


def _number(feature: Feature, columns: Columns, half: Half) -> _Coded:
    values = columns.numbers(feature)
    own = values[half.rows]
    own = np.sort(own[~np.isnan(own)])
    whole = feature.kind == "integer"
    cuts = _cuts(own, _SHARES, whole=whole)
    if not len(cuts):
        return values, [], np.zeros((0, 0), dtype=bool)
    ends = np.union1d(cuts, _cuts(own, _BETWEEN, whole=whole))
    codes = np.searchsorted(ends, values, side="left")
    codes[np.isnan(values)] = len(ends) + 1
    bins = np.arange(len(ends) + 2)
    upto = bins <= np.searchsorted(ends, cuts)[:, None]
    above = ~upto
    above[:, -1] = False
    shares = np.searchsorted(own, ends, side="right") / len(own)
    ranges = [
        (low, high)
        for high in range(1, len(ends))
        for low in range(high)
        if shares[high] - shares[low] <= _WIDEST
    ]
    terms = [Term(feature, "<=", float(cut)) for cut in cuts]
    terms += [Term(feature, ">", float(cut)) for cut in cuts]
    for low, high in ranges:
        terms.append(Term(feature, "within", (float(ends[low]), float(ends[high]))))
    within = np.zeros((len(ranges), len(bins)), dtype=bool)
    for row, (low, high) in enumerate(ranges):
        within[row, low + 1 : high + 1] = True
    return _with_missing(feature, codes.astype(np.uint8), terms, np.vstack([upto, above, within]))


def _cuts(ordered: np.ndarray, shares: tuple[float, ...], *, whole: bool) -> np.ndarray:
    """Numbers that people would write, between the values next to the quantiles."""
    if not len(ordered) or ordered[0] == ordered[-1]:
        return np.empty(0)
    cuts = []
    for share in shares:
        low = ordered[int(share * (len(ordered) - 1))]
        above = np.searchsorted(ordered, low, side="right")
        if above < len(ordered):
            cuts.append(low if whole else between(float(low), float(ordered[above])))
    return np.unique([*cuts, *([] if whole else _gaps(ordered))])


def _gaps(ordered: np.ndarray) -> list[float]:
    """Cuts in the gaps that parts of the values leave between them."""
    low, high = (int(share * (len(ordered) - 1)) for share in (_SHARES[0], _SHARES[-1]))
    steps = np.diff(ordered[low : high + 1])
    wide = low + np.flatnonzero(steps >= _GAP * (ordered[-1] - ordered[0]))
    return [between(float(ordered[at]), float(ordered[at + 1])) for at in wide]


def _with_missing(
    feature: Feature, codes: np.ndarray, terms: list[Term], cover: np.ndarray
) -> _Coded:
    """The last code is that of missing values, which are a term too where there are any."""
    missing = np.zeros((1, cover.shape[1]), dtype=bool)
    missing[0, -1] = True
    if not (codes == cover.shape[1] - 1).any():
        return codes, terms, cover
    return codes, [*terms, Term(feature, "null", None)], np.vstack([cover, missing])
