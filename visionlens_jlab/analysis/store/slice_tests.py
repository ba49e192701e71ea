"""Slices that somebody asks about: tested, and counted among the tests of their evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.analysis.shapes import AnalyseRequest, SliceRequest, SliceTest
from visionlens_jlab.analysis.store import rows as finding_rows
from visionlens_jlab.analysis.store.input import read_slice_input
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.views import check_filter
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.analysis.slices.input import SliceInput, Units
    from visionlens_jlab.analysis.store.rows import Pair
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids


def read_units(snapshot: Snapshot, request: SliceRequest) -> SliceInput:
    """The units of one target without any field; kept at this version.

    EVALUATION_NOT_FOUND, ANALYSIS_INVALID.
    """
    asked = AnalyseRequest(
        dataset="",
        evaluation=request.evaluation,
        target=request.target,
        error=request.error,
        level=request.level,
        fields=[],
        space="",
    )
    key = ("slice_units", request.evaluation, request.target, request.error, request.level)
    return snapshot.cached(key, lambda: read_slice_input(snapshot, asked))


def members_of(snapshot: Snapshot, predicate: str, request: SliceRequest) -> Ids:
    """uint32 (n,): what a predicate gives; what `view` raises."""
    return snapshot.view(ViewSpec(level=request.level, where=predicate)).ids


def test(snapshot: Snapshot, request: SliceRequest) -> tuple[SliceTest, str, Pair]:
    """Test a slice; with its predicate in normal form and its p, as they are to be recorded.

    Raises
    ------
    VisionLensError
        EVALUATION_NOT_FOUND, ANALYSIS_INVALID; what the predicate raises.
    """
    from visionlens_jlab.analysis.slices.single_test import (
        is_confirmed,
        shortage_in,
        test_slice,
        units_of,
    )

    given = read_units(snapshot, request)
    units = units_of(given, request)
    predicate = whole_predicate(snapshot, units, request.where)
    ids = members_of(snapshot, predicate, request)
    reader = snapshot.reader
    earlier = [
        _told(pair)
        for pair in finding_rows.read_tests(reader, request.evaluation, (request, predicate))
    ]
    analysis = finding_rows.largest_analysis(reader, request.evaluation)
    analysed = None if analysis is None else finding_rows.confirmations_of(reader, analysis)
    found, shown = test_slice(given, ids, request, earlier, analysed)
    too_few = shortage_in(given, ids, request)
    tested = SliceTest(
        request=request,
        discovery=found,
        confirmation=shown,
        tests=len(earlier) + 1 + (analysis.tested if analysis else 0),
        confirmed=too_few is None and is_confirmed(found, shown),
        too_few=too_few,
        count=len(ids),
        view=units.view.model_copy(update={"where": predicate}),
    )
    return tested, predicate, (found.p, shown.p)


def whole_predicate(snapshot: Snapshot, units: Units, where: str) -> str:
    """A slice's predicate in normal form, with what all units of its target share."""
    if not where.strip():
        raise VisionLensError("PREDICATE_INVALID", "A slice needs a predicate.")
    text = f"{units.base} and ({where})" if units.base else where
    return check_filter(snapshot.reader, snapshot.fields, ViewSpec(where=text)).text


def _told(pair: Pair) -> tuple[float, float]:
    """What was not tested in a half speaks for nothing there."""
    return tuple(1.0 if p is None else p for p in pair)  # type: ignore[return-value]
