"""Slice discovery: from units and fields to findings with their evidence."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import numpy as np

from ...errors import VisionLensError
from ...models.analysis import AnalyseRequest, AnalysisInfo, AnalysisResult, LeftOut
from .choosing import Choosing
from .confirming import Judged, confirm, judge
from .input import SliceInput, Units
from .reporting import finding_of, ranked, unconfirmed_of
from .searching import Family, Search, search_units
from .settings import CONFIRMED
from .stating import Stating
from .testing import Tests

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
    left_out: dict[str, LeftOut] = {one.field: one for one in given.left_out}
    searches = [
        search_units(given, units, request, progress, left_out) for units in _wanted(given, request)
    ]
    family = Family(searches, tests)
    judged = [
        one
        for search in searches
        for one in _choose(search, request, family, lambda d, n: progress("choose", d, n))
    ]
    passed = [second for first, second in tests if first <= request.alpha]
    judged = confirm(judged, passed, CONFIRMED * request.alpha)
    progress("describe", 0, 1)
    analysis = _name(given, request, tests)
    found = [(one, finding_of(given, request, one, analysis, now)) for one in judged if one.holds]
    findings = ranked(found)[: request.limit]
    info = AnalysisInfo(
        analysis=analysis,
        evaluation=given.evaluation,
        request=request,
        tested=family.tests,
        units=sum(len(one.units.rows) for one in searches),
        groups=int(np.unique(given.groups[given.groups >= 0]).size),
        findings=[one.finding for one in findings],
        unconfirmed=unconfirmed_of(judged, findings),
        left_out=list(left_out.values()),
        warnings=given.warnings,
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


def _choose(
    search: Search, request: AnalyseRequest, family: Family, progress: Callable[[int, int], None]
) -> list[Judged]:
    """The slices of one target that are worth confirming."""
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
    chosen = choosing.choose(rivals, cutoff=cutoff, limit=request.limit, progress=progress)
    return judge(search, chosen, family)


def _name(given: SliceInput, request: AnalyseRequest, earlier: Tests) -> str:
    """The same for the same data, request and earlier tests."""
    text = f"{given.digest}/{given.evaluation}/{request.model_dump_json()}/{earlier!r}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
