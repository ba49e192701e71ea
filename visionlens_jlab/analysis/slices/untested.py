"""What looks worse but cannot be tested: its halves have too few units or groups."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, Untested
from visionlens_jlab.analysis.slices.candidates import Chosen
from visionlens_jlab.analysis.slices.encoding import Encoded, encode
from visionlens_jlab.analysis.slices.enumeration import enumerate_slices
from visionlens_jlab.analysis.slices.findings import narrowed
from visionlens_jlab.analysis.slices.input import SliceInput
from visionlens_jlab.analysis.slices.search import Search, depth_of, features_of
from visionlens_jlab.analysis.slices.settings import least_effect
from visionlens_jlab.analysis.slices.single_test import shortage
from visionlens_jlab.analysis.slices.statistics.contrasts import effect, p_values
from visionlens_jlab.analysis.slices.statistics.false_discovery import benjamini_hochberg
from visionlens_jlab.analysis.slices.statistics.halves import Half, both
from visionlens_jlab.analysis.slices.statistics.prediction import Expected
from visionlens_jlab.analysis.slices.terms import Slice, label_of, predicate_of

_UNITS, _GROUPS = 8, 3
"""Of both halves together; below, nothing is worth a word."""
_LEAST_Z = 4.0
_NAMED = 5
"""Of each target."""
_DEPTH = 2
_INSIDE = 0.5
"""Share of its units in one that is named before, from which a slice is not named beside it."""

_AS_BAD = 0.8
"""Share of its z from which what has fewer terms is named instead."""


def untested_of(
    given: SliceInput, search: Search, chosen: list[Chosen], request: AnalyseRequest
) -> list[Untested]:
    """Slices too small for a test, worst first, that are beyond chance among all looked at.

    Both halves are looked at together and nothing confirms it, so these are hints alone: where to
    look, or to collect more.
    """
    units, everything = search.units, both(given, search.units)
    if search.is_constant or len(everything.rows) < 2 * _UNITS:
        return []
    slices, tests = _slices(given, search, everything, request)
    small = [one for one in slices if _shortage(search, one, request)]
    masks = [search.columns.all_of(one)[everything.rows] for one in small]
    known = [search.columns.all_of(one.terms)[everything.rows] for one in chosen]
    expected = Expected(everything, known, units.scale)
    z = np.array([expected.excess(mask).z for mask in masks])
    p = p_values(z, np.ones(len(z)), np.full(len(z), everything.group_count - 1.0))
    passed = (z >= _LEAST_Z) & (benjamini_hochberg(p, max(tests, 1)) <= request.alpha)
    named: list[int] = []
    for at in np.argsort(-z, kind="stable").tolist():
        said = any(_is_said(masks[at], masks[other]) for other in named) or any(
            set(small[other]) < set(small[at]) and z[other] >= _AS_BAD * z[at]
            for other in np.flatnonzero(passed).tolist()
        )
        if passed[at] and len(named) < _NAMED and not said:
            named.append(at)
    return [_told(search, everything, small[at], masks[at], request) for at in named]


def _slices(
    given: SliceInput, search: Search, everything: Half, request: AnalyseRequest
) -> tuple[list[Slice], int]:
    """Slices of any size that look worse, and how many were looked at."""
    units = search.units
    fields = [
        found
        for feature in features_of(given, units, request)
        if isinstance(
            found := encode(feature, search.columns, (everything, everything), _UNITS, _GROUPS),
            Encoded,
        )
    ]
    if not fields:
        return [], 0
    enumerated = enumerate_slices(
        everything,
        fields,
        depth=min(_DEPTH, depth_of(units, request)),
        least=_UNITS,
        least_effect=least_effect(everything.values, units.scale) / 2,
        progress=lambda done, total: None,
    )
    slices = [
        tuple(fields[field].terms[term] for field, term in places)
        for places in enumerated.candidates
    ]
    return slices, int(enumerated.tested.sum())


def _shortage(search: Search, terms: Slice, request: AnalyseRequest) -> str | None:
    """What a slice has too little of; None: it can be tested."""
    mask = search.columns.all_of(terms)
    halves = [(half, mask[half.rows]) for half in (search.discovery, search.confirmation)]
    return shortage(search.units, halves, request.min_objects, request.min_groups)


def _is_said(mask: np.ndarray, other: np.ndarray) -> bool:
    shared = int(np.count_nonzero(mask & other))
    return shared >= _INSIDE * min(int(np.count_nonzero(one)) for one in (mask, other))


def _told(
    search: Search, everything: Half, terms: Slice, mask: np.ndarray, request: AnalyseRequest
) -> Untested:
    units = search.units
    predicate = predicate_of(terms, units.base)
    return Untested(
        predicate=predicate,
        label=label_of(terms),
        target=units.target,
        error=units.error,
        level=units.level,
        view=narrowed(units.view, predicate),
        effect=effect(everything, mask, binary=units.scale == "rate"),
        reason=_shortage(search, terms, request) or "",
    )
