"""Slice discovery: from units and fields to findings with their evidence."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, AnalysisInfo, AnalysisResult, LeftOut
from visionlens_jlab.analysis.slices.confirmation import confirm, judge
from visionlens_jlab.analysis.slices.findings import (
    distinct,
    finding_of,
    ranked,
    silence_of,
    unconfirmed_of,
    weak_of,
)
from visionlens_jlab.analysis.slices.forward_selection import Choosing
from visionlens_jlab.analysis.slices.input import SliceInput, Units
from visionlens_jlab.analysis.slices.search import Family, Search, is_leading, search_units
from visionlens_jlab.analysis.slices.settings import CONFIRMED
from visionlens_jlab.analysis.slices.single_test import Tests
from visionlens_jlab.analysis.slices.statement import Stating
from visionlens_jlab.analysis.slices.untested import untested_of
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
    told, again = distinct(judged)
    found = [(one, finding_of(given, request, one, analysis, now)) for one in told]
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
) -> Choosing:
    """Choose the slices of one target that are worth confirming."""
    cutoff = family.cutoff(request.alpha)
    rivals = family.rivals(search) if cutoff else []
    choosing = Choosing(
        search.discovery,
        search.confirmation,
        search.columns,
        search.units.scale,
        least=request.min_objects,
        groups=request.min_groups,
        stating=Stating(
            search.discovery,
            search.columns,
            search.fields,
            depth=len(search.tested),
            least=request.min_objects,
        ),
        alpha=request.alpha,
        tests=max(family.tests, 1),
    )
    choosing.choose(rivals, cutoff=cutoff, limit=request.limit, progress=progress)
    return choosing


def _name(given: SliceInput, request: AnalyseRequest, earlier: Tests) -> str:
    """The same for the same data, request and earlier tests."""
    text = f"{given.digest}/{given.evaluation}/{request.model_dump_json()}/{earlier!r}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
