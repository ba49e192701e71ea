"""What was chosen in discovery, or is asked about, tested on groups that had no say in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from visionlens_jlab.analysis.shapes import (
    LEAST_GROUPS,
    LEAST_OBJECTS,
    AnalyseRequest,
    Effect,
    SliceRequest,
)
from visionlens_jlab.analysis.slices.contrasts import (
    Tests,
    benjamini_hochberg,
    effect,
    holm,
    p_values,
    t_quantile,
)
from visionlens_jlab.analysis.slices.prediction import Excess, Expected
from visionlens_jlab.analysis.slices.search import Chosen, Family, Search, part_of
from visionlens_jlab.analysis.slices.settings import ALPHA, CONFIRMED
from visionlens_jlab.analysis.slices.terms import Slice, Term
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units, halves
from visionlens_jlab.analysis.slices.wording import shortage_of
from visionlens_jlab.errors import VisionLensError

_WORSE = 1.645
"""Standard errors by which a slice is worse than other values: one-sided, at 5%."""


@dataclass(frozen=True)
class Judged:
    """A chosen slice with what both halves say."""

    search: Search
    chosen: Chosen
    discovery: Effect
    confirmation: Effect
    p: float
    """The greater one of the confirmation half's two: against the rest, and beyond what the other
    chosen slices lead one to expect. Both must be small for the slice to be a finding."""
    own: float
    """What a unit of the confirmation half has beyond that at least: lower limit, at 95%."""
    holds: bool = False


def judge(search: Search, chosen: list[Chosen], family: Family) -> list[Judged]:
    """Effects of the chosen slices of a search in both halves."""
    judged = []
    for at, one in enumerate(chosen):
        found, beyond = _both_ways(search, search.discovery, chosen, at)
        adjusted = family.adjust(search, one.terms, found.units, _p(beyond))
        found = found.model_copy(update={"p_adjusted": adjusted})
        shown, beyond = _both_ways(search, search.confirmation, chosen, at)
        # Against the rest as well: a finding is told by what anybody can count.
        p = max(_p(beyond), shown.p or 0.0) if (shown.difference or 0.0) > 0 else 1.0
        if not all(_is_worse_than_known(search, one.terms, term) for term in one.terms):
            p = 1.0
        judged.append(Judged(search, one, found, shown, p, _least(beyond)))
    return judged


def _both_ways(search: Search, half: Half, chosen: list[Chosen], at: int) -> tuple[Effect, Excess]:
    """A slice against the rest, and what it has beyond the expected."""
    others = [*chosen[:at], *chosen[at + 1 :]]

    def mask(terms: Slice) -> np.ndarray:
        return np.asarray(search.columns.all_of(terms)[half.rows])

    own = mask(chosen[at].terms)
    degrees = [(n, mask(terms)) for n, one in enumerate(others) for terms in one.degrees]
    masks = [mask(one.terms) for one in others]
    expected = Expected(half, masks, search.units.scale, degrees)
    shown = effect(half, own, binary=search.units.scale == "rate")
    return shown, expected.robust_excess(own)


def _is_worse_than_known(search: Search, terms: Slice, term: Term) -> bool:
    """Whether the confirmation half is worse than where a field with gaps has another value.

    Else that something is known of a unit stands for what is known.
    """
    half, columns = search.confirmation, search.columns
    known = columns.known(term.feature)[half.rows]
    if term.op == "null" or known.all():
        return True
    inside = columns.all_of(terms)[half.rows]
    others = tuple(each for each in terms if each is not term)
    around = known & columns.all_of(others)[half.rows] if others else known
    expected = Expected(half, [], search.units.scale)
    own, ring = expected.robust_excess(inside), expected.robust_excess(around & ~inside)
    error = float(np.hypot(own.se, ring.se))
    return bool(ring.groups) and own.mean - ring.mean >= _WORSE * error


def _p(beyond: Excess) -> float:
    """1 where the slice is better than expected."""
    p = p_values(np.array([beyond.mean]), np.array([beyond.se]), np.array([beyond.groups - 1.0]))
    return float(p[0]) if beyond.mean > 0 else 1.0


def _least(beyond: Excess) -> float:
    return beyond.mean - t_quantile(max(beyond.groups - 1.0, 1.0)) * beyond.se


def confirm(judged: list[Judged], earlier: list[float], alpha: float) -> list[Judged]:
    """Holm's adjustment over all that was chosen, in all targets, and earlier confirmations.

    Weighted by target as in discovery.
    """
    weights = [*(part_of(one.search.units) for one in judged), *(1.0 for _ in earlier)]
    adjusted = holm(np.array([*(one.p for one in judged), *earlier]), np.array(weights))
    return [
        replace(
            one,
            confirmation=one.confirmation.model_copy(update={"p_adjusted": float(p)}),
            holds=bool(p <= alpha),
        )
        for one, p in zip(judged, adjusted, strict=False)
    ]


def test_slice(
    given: SliceInput,
    ids: np.ndarray,
    request: SliceRequest | AnalyseRequest,
    earlier: Tests,
    analysed: Sequence[float] | None = None,
) -> tuple[Effect, Effect]:
    """Effects in the discovery and in the confirmation half, adjusted for the earlier tests.

    Parameters
    ----------
    ids : uint32 (k,)
        Rows of the request's level that the slice's predicate gives.
    earlier : list of (p in discovery, p in confirmation)
        Of slices that were asked about before.
    analysed : sequence of float, optional
        p in confirmation of the slices that an analysis put to it; None: there was none.

    Raises
    ------
    VisionLensError
        ANALYSIS_INVALID where the evaluation has no units of the target.
    """
    units = units_of(given, request)
    mask, binary = np.isin(given.ids(units.population), ids), units.scale == "rate"
    found, shown = (effect(part, mask[part.rows], binary=binary) for part in halves(given, units))
    return adjusted(found, shown, earlier, analysed)


test_slice.__test__ = False  # type: ignore[attr-defined]


def adjusted(
    found: Effect, shown: Effect, earlier: Tests, analysed: Sequence[float] | None = None
) -> tuple[Effect, Effect]:
    """Both effects with p adjusted for the earlier tests.

    What is asked is one more stratum beside those of an analysis, with half of the weights
    (Genovese, Roeder & Wasserman 2006): its many slices do not silence a question, nor do their
    effects speak for it. Confirmation counts what was found, by questions and by the analysis.
    """
    weight = 1 if analysed is None else 2
    first = np.array([*(one[0] for one in earlier), 1.0 if found.p is None else found.p])
    second = [*(p for d, p in earlier if weight * d <= ALPHA), *(analysed or ())]
    tested = np.array([*second, 1.0 if shown.p is None else shown.p])
    discovery = min(1.0, weight * float(benjamini_hochberg(first)[-1]))
    return (
        found.model_copy(update={"p_adjusted": discovery}),
        shown.model_copy(update={"p_adjusted": float(holm(tested)[-1])}),
    )


def is_confirmed(found: Effect, shown: Effect) -> bool:
    """Whether a slice holds in both halves and in one direction; at an analysis's levels."""
    small = (found.p_adjusted, ALPHA), (shown.p_adjusted, CONFIRMED * ALPHA)
    if any(p is None or p > level for p, level in small):
        return False
    return (found.difference or 0) * (shown.difference or 0) > 0


def shortage(
    units: Units, parts: Sequence[tuple[Half, np.ndarray]], least: int, groups: int
) -> str | None:
    """What a slice has too little of for a test, given its mask in each half; None: of nothing."""
    sizes = [(int(np.count_nonzero(mask)), half.count_groups(mask)) for half, mask in parts]
    outside = [len(mask) - inside for (inside, _), (_, mask) in zip(sizes, parts, strict=True)]
    if all(
        min(inside, rest) >= least and there >= groups
        for (inside, there), rest in zip(sizes, outside, strict=True)
    ):
        return None
    return shortage_of(units, sizes, least, groups)


def shortage_in(given: SliceInput, ids: np.ndarray, request: SliceRequest) -> str | None:
    """The same of rows of the request's level, with an analysis's least numbers."""
    units = units_of(given, request)
    mask = np.isin(given.ids(units.population), ids)
    parts = [(one, mask[one.rows]) for one in halves(given, units)]
    return shortage(units, parts, LEAST_OBJECTS, LEAST_GROUPS)


def units_of(given: SliceInput, request: SliceRequest | AnalyseRequest) -> Units:
    """The first units of the request's target, error and level. Raises ANALYSIS_INVALID."""
    for units in given.units:
        if request.target not in (None, units.target):
            continue
        if request.error not in (None, units.error) or request.level not in (None, units.level):
            continue
        return units
    raise VisionLensError("ANALYSIS_INVALID", "The evaluation has nothing to count of this target.")
