"""What is read to ask whether findings still hold: their units and slices as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visionlens_jlab.analysis.shapes import Finding, RecheckRequest, SliceRequest
from visionlens_jlab.analysis.store import rows as finding_rows
from visionlens_jlab.analysis.store.evidence import evidence_digest, ids_of
from visionlens_jlab.analysis.store.slice_tests import read_units
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.rows import read_evaluation

if TYPE_CHECKING:
    from visionlens_jlab.analysis.slices.input import SliceInput
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids


@dataclass(frozen=True)
class CheckSource:
    """One finding to check.

    Attributes
    ----------
    given : SliceInput
        The units of its target, shared by findings of one.
    ids : uint32 (n,)
        What its predicate gives now.
    digest : str
        Of the evidence that the check rests on.
    """

    finding: Finding
    request: SliceRequest
    given: SliceInput
    ids: Ids
    digest: str


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
