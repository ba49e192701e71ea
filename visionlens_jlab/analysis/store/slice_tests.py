"""Slices tested one by one: those asked about, kept as findings too, and those checked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.analysis.shapes import (
    AnalyseRequest,
    Author,
    Condition,
    Finding,
    RecheckRequest,
    SliceRequest,
    SliceTest,
)
from visionlens_jlab.analysis.slices.confirmation import (
    is_confirmed,
    shortage_in,
    test_slice,
    units_of,
)
from visionlens_jlab.analysis.slices.findings import evidence_of
from visionlens_jlab.analysis.slices.wording import description_of, title_of
from visionlens_jlab.analysis.store import rows as finding_rows
from visionlens_jlab.analysis.store.input import read_slice_input
from visionlens_jlab.analysis.store.rows import evidence_digest, ids_of
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.sql.views import select_text
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.views import check_filter
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.rows import read_evaluation

if TYPE_CHECKING:
    from visionlens_jlab.analysis.slices.units import SliceInput, Units
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


def test(snapshot: Snapshot, request: SliceRequest) -> tuple[SliceTest, str, Pair]:
    """Test a slice; with its predicate in normal form and its p, as they are to be recorded.

    EVALUATION_NOT_FOUND, ANALYSIS_INVALID; what the predicate raises.
    """
    given = read_units(snapshot, request)
    units = units_of(given, request)
    predicate = whole_predicate(snapshot, units, request.where)
    ids = ids_of(snapshot, predicate, request.level)
    reader = snapshot.reader
    earlier = finding_rows.read_tests(reader, request.evaluation, (request, predicate))
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


def asked_finding(snapshot: Snapshot, tested: SliceTest, author: Author) -> Finding:
    """The finding of a test, with its rows as the test counts them.

    EVALUATION_NOT_FOUND, ANALYSIS_INVALID; what the predicate raises.
    """
    request = tested.request
    said = request.where.strip()
    given = read_units(snapshot, request)
    units = units_of(given, request)
    predicate = tested.view.where or ""
    ids = ids_of(snapshot, predicate, request.level)
    rows = np.isin(given.ids(units.population), ids)
    return Finding(
        **evidence_of(given, units, predicate, ids, rows),
        analysis=None,
        title=title_of(units, f"where {said}", tested.confirmation),
        description=description_of(units, tested.discovery, tested.confirmation, []),
        sql=select_text(ViewSpec(level=request.level, where=predicate), snapshot.fields),
        conditions=[Condition(field="", text=predicate, label=said)],
        discovery=tested.discovery,
        confirmation=tested.confirmation,
        author=author,
        created_at=to_iso(utc_now()),
    )


@dataclass(frozen=True)
class CheckSource:
    """One finding to check."""

    finding: Finding
    request: SliceRequest
    given: SliceInput
    """The units of its target, shared by findings of one."""
    ids: Ids
    """uint32 (n,): what its predicate gives now."""
    digest: str
    """Of the evidence that the check rests on."""


def read_checks(snapshot: Snapshot, request: RecheckRequest) -> list[CheckSource]:
    """The findings that are asked for and can be checked: fields and units are there.

    FINDING_NOT_FOUND.
    """
    reader = snapshot.reader
    if request.findings is None:
        found = [one.finding for one in finding_rows.read_findings(reader, request.evaluation)]
    else:
        found = [finding_rows.read_finding(reader, name).finding for name in request.findings]
    sources = [_source(snapshot, one) for one in found]
    return [one for one in sources if one is not None]


def _source(snapshot: Snapshot, found: Finding) -> CheckSource | None:
    """None: it cannot be checked any more."""
    asked = SliceRequest(
        evaluation=found.evaluation,
        target=found.target,
        error=found.error,
        level=found.level,
        where=found.predicate,
    )
    try:
        given = read_units(snapshot, asked)
        ids = ids_of(snapshot, found.predicate, found.level)
    except VisionLensError:
        return None
    digest = evidence_digest(read_evaluation(snapshot.reader, found.evaluation))
    return CheckSource(found, asked, given, ids, digest)
