"""Slice discovery: from units and fields to findings, and to hints at what is too small to test."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from visionlens_jlab.analysis.shapes import (
    AnalyseRequest,
    AnalysisInfo,
    AnalysisResult,
    LeftOut,
    Untested,
)
from visionlens_jlab.analysis.slices.confirmation import confirm, judge, shortage
from visionlens_jlab.analysis.slices.contrasts import Tests, benjamini_hochberg, effect, p_values
from visionlens_jlab.analysis.slices.encoding import Encoded, encode
from visionlens_jlab.analysis.slices.enumeration import enumerate_slices
from visionlens_jlab.analysis.slices.findings import (
    described,
    distinct,
    finding_of,
    ranked,
    silence_of,
    unconfirmed_of,
    weak_of,
)
from visionlens_jlab.analysis.slices.forward_selection import ForwardSelection
from visionlens_jlab.analysis.slices.prediction import Expected
from visionlens_jlab.analysis.slices.search import (
    Chosen,
    Family,
    Search,
    depth_of,
    features_of,
    is_leading,
    search_units,
)
from visionlens_jlab.analysis.slices.settings import CONFIRMED, least_effect
from visionlens_jlab.analysis.slices.statement import Restatement
from visionlens_jlab.analysis.slices.terms import Slice
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units, both
from visionlens_jlab.errors import VisionLensError

Progress = Callable[[str, int, int], None]
"""Stage, steps done, steps in all; may raise to cancel."""


def analyse(
    given: SliceInput,
    request: AnalyseRequest,
    *,
    earlier: Tests | None = None,
    progress: Progress = lambda stage, done, total: None,
    now: str = "",
) -> AnalysisResult:
    """Where the run fails more than elsewhere, as findings; the same input gives the same.

    Parameters
    ----------
    earlier : list of (p in discovery, p in confirmation)
        Tests of this evaluation made before, which count too.
    progress : callable (stage, done, total)
        Called now and then; what it raises ends the analysis.
    now : str
        Time for `created_at`.

    Raises
    ------
    VisionLensError
        ANALYSIS_INVALID where there is nothing to analyse.
    """
    began = time.perf_counter()
    tests = earlier or []
    searches = [search_units(given, units, request, progress) for units in _wanted(given, request)]
    family = Family(searches, tests)
    choose = partial(progress, "choose")
    pairs = [(search, _choose(search, request, family, choose)) for search in searches]
    judged = [one for search, choice in pairs for one in judge(search, choice.chosen, family)]
    passed = [second for first, second in tests if first <= request.alpha]
    judged = confirm(judged, passed, CONFIRMED * request.alpha)
    progress("describe", 0, 1)
    analysis = _name(given, request, tests)
    kept, again = distinct(judged)
    found = [(one, finding_of(given, request, one, analysis, now)) for one in kept]
    findings = ranked(found)[: request.limit]
    weak = [one for search, choice in pairs for one in weak_of(search, choice.weak)]
    info = AnalysisInfo(
        analysis=analysis,
        evaluation=given.evaluation,
        request=request,
        tested=family.tests,
        units=sum(len(one.units.rows) for one in searches),
        groups=int(np.unique(given.groups[given.groups >= 0]).size),
        findings=[one.finding for one in findings],
        unconfirmed=[*unconfirmed_of(judged, again, findings), *weak],
        left_out=_left_out(given, searches),
        untested=[
            one
            for search, choice in pairs
            for one in untested_of(given, search, choice.chosen, request)
        ],
        warnings=[*given.warnings, *_silences(searches, request)],
        seconds=time.perf_counter() - began,
        digest=given.digest,
        created_at=now,
    )
    return AnalysisResult(analysis=info, findings=findings)


def _wanted(given: SliceInput, request: AnalyseRequest) -> list[Units]:
    found = [
        units
        for units in given.units
        if request.target in (None, units.target)
        and request.error in (None, units.error)
        and request.level in (None, units.level)
        and len(units.rows)
    ]
    if not found:
        raise VisionLensError("ANALYSIS_INVALID", "There is nothing to count of this target.")
    return found


def _left_out(given: SliceInput, searches: list[Search]) -> list[LeftOut]:
    """Each field that took part in no search, with the first reason."""
    taking_part = {field.feature.field for search in searches for field in search.fields}
    found: dict[str, LeftOut] = {}
    for one in (*given.left_out, *(one for search in searches for one in search.left_out)):
        if one.field not in taking_part:
            found.setdefault(one.field, one)
    return list(found.values())


def _silences(searches: list[Search], request: AnalyseRequest) -> list[str]:
    """Why nothing was looked for among the units that lead, or that were asked for."""
    return [
        said
        for search in searches
        if (request.target or is_leading(search.units))
        and (said := silence_of(search, request.min_objects))
    ]


def _choose(
    search: Search, request: AnalyseRequest, family: Family, progress: Callable[[int, int], None]
) -> ForwardSelection:
    """Choose the slices of one target that are worth confirming."""
    cutoff = family.cutoff(request.alpha)
    candidates = family.candidates(search) if cutoff else []
    selection = ForwardSelection(
        search.discovery,
        search.confirmation,
        search.columns,
        search.units.scale,
        least=request.min_objects,
        groups=request.min_groups,
        restatement=Restatement(
            search.discovery,
            search.columns,
            search.fields,
            depth=len(search.tested),
            least=request.min_objects,
        ),
        alpha=request.alpha,
        tests=max(family.tests, 1),
    )
    selection.choose(candidates, cutoff=cutoff, limit=request.limit, progress=progress)
    return selection


def _name(given: SliceInput, request: AnalyseRequest, earlier: Tests) -> str:
    """The same for the same data, request and earlier tests."""
    text = f"{given.digest}/{given.evaluation}/{request.model_dump_json()}/{earlier!r}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


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
    return [
        Untested(
            **described(units, small[at]),
            effect=effect(everything, masks[at], binary=units.scale == "rate"),
            reason=_shortage(search, small[at], request) or "",
        )
        for at in named
    ]


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
