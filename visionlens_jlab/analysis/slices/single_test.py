"""One slice that somebody asks about; it counts among the tests of its evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visionlens_jlab.analysis.shapes import (
    LEAST_GROUPS,
    LEAST_OBJECTS,
    AnalyseRequest,
    Effect,
    SliceRequest,
)
from visionlens_jlab.analysis.slices.input import SliceInput, Units
from visionlens_jlab.analysis.slices.settings import ALPHA, CONFIRMED
from visionlens_jlab.analysis.slices.statistics.contrasts import effect
from visionlens_jlab.analysis.slices.statistics.false_discovery import benjamini_hochberg, holm
from visionlens_jlab.analysis.slices.statistics.halves import Half, half
from visionlens_jlab.analysis.slices.wording import shortage_of
from visionlens_jlab.errors import VisionLensError

Tests = list[tuple[float, float]]
"""p in discovery and in confirmation of the tests made before."""


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
    mask = np.isin(given.ids(units.population), ids)
    effects = []
    for discovery in (True, False):
        part = half(given, units, discovery=discovery)
        effects.append(_effect(part, mask, units))
    found, shown = effects
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
    units: Units, halves: Sequence[tuple[Half, np.ndarray]], least: int, groups: int
) -> str | None:
    """What a slice has too little of for a test, given its mask in each half; None: of nothing."""
    sizes = [(int(np.count_nonzero(mask)), half.count_groups(mask)) for half, mask in halves]
    outside = [len(mask) - inside for (inside, _), (_, mask) in zip(sizes, halves, strict=True)]
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
    parts = [half(given, units, discovery=discovery) for discovery in (True, False)]
    return shortage(units, [(one, mask[one.rows]) for one in parts], LEAST_OBJECTS, LEAST_GROUPS)


def units_of(given: SliceInput, request: SliceRequest | AnalyseRequest) -> Units:
    """The first units of the request's target, error and level. Raises ANALYSIS_INVALID."""
    for units in given.units:
        if request.target not in (None, units.target):
            continue
        if request.error not in (None, units.error) or request.level not in (None, units.level):
            continue
        return units
    raise VisionLensError("ANALYSIS_INVALID", "The evaluation has nothing to count of this target.")


def _effect(part: Half, mask: np.ndarray, units: Units) -> Effect:
    return effect(part, mask[part.rows], binary=units.scale == "rate")
