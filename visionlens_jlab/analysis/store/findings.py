"""Analyses, findings and tests of slices, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from visionlens_jlab.analysis.shapes import (
    AnalyseRequest,
    AnalysisInfo,
    Claim,
    Finding,
    FindingChange,
    FindingStatus,
    RecheckRequest,
    SliceRequest,
    SliceTest,
)
from visionlens_jlab.analysis.store import rows as finding_rows
from visionlens_jlab.analysis.store.rows import evidence_digest, ids_of
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.input import digest_of
from visionlens_jlab.evaluation.store.rows import read_evaluation
from visionlens_jlab.map.store import clusters as cluster_rows

if TYPE_CHECKING:
    from visionlens_jlab.analysis.slices.units import SliceInput
    from visionlens_jlab.analysis.store.slice_tests import CheckSource
    from visionlens_jlab.core.catalog.snapshot import Snapshot


class AnalysisSource(NamedTuple):
    """What an analysis reads, the tests made before, and the digest of its evidence."""

    given: SliceInput
    earlier: list[tuple[float, float]]
    digest: str


class Findings(Part):
    """Findings of one dataset.

    What users say of a finding is no change of the data: it makes no version.
    """

    def all(self, evaluation: str | None = None) -> list[Finding]:
        """Of one evaluation or of all: the newest analysis first, as it ranks them."""
        with self.store.snapshot() as snapshot:
            return [
                _with_state(snapshot, stored)
                for stored in finding_rows.read_findings(snapshot.reader, evaluation)
            ]

    def read(self, finding: str) -> Finding:
        """One finding. FINDING_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return _with_state(snapshot, finding_rows.read_finding(snapshot.reader, finding))

    def change(self, finding: str, change: FindingChange) -> Finding:
        """Store what a user says of a finding. FINDING_NOT_FOUND."""
        self.store.keep(lambda cursor: finding_rows.change_finding(cursor, finding, change))
        return self.read(finding)

    def explain(self, finding: str, explanation: Sequence[Claim]) -> Finding:
        """Store what an agent says of a finding; none: what is there stays. FINDING_NOT_FOUND."""
        if explanation:
            self.store.keep(
                lambda cursor: finding_rows.explain_finding(cursor, finding, explanation)
            )
        return self.read(finding)

    def delete(self, finding: str) -> None:
        """Remove a finding. FINDING_NOT_FOUND."""
        self.store.keep(lambda cursor: finding_rows.delete_finding(cursor, finding))

    def keep(self, findings: Sequence[Finding]) -> list[Finding]:
        """Store what an agent or a user found, beside what is there.

        Of one that is there already the evidence is replaced; what a user said of it stays.
        EVALUATION_NOT_FOUND.
        """
        with self.store.snapshot() as snapshot:
            digests = {
                name: evidence_digest(read_evaluation(snapshot.reader, name))
                for name in {found.evaluation for found in findings}
            }

        def work(cursor: duckdb.DuckDBPyConnection) -> None:
            for found in findings:
                finding_rows.put_finding(cursor, found, digests[found.evaluation])

        self.store.keep(work)
        return [self.read(found.finding) for found in findings]

    def make_clusters(self, request: AnalyseRequest) -> None:
        """Write a field of clusters for an analysis that may use one, where there is none.

        SPACE_NOT_FOUND.
        """
        from visionlens_jlab.analysis.store.groups import missing_clusters

        with self.store.snapshot() as snapshot:
            made = missing_clusters(snapshot, request)
        if made is not None:
            level, table = made

            def work(cursor: duckdb.DuckDBPyConnection) -> None:
                cluster_rows.write_clusters(cursor, level, table)
                sqlviews.refresh(cursor)

            self.store.write(work, kind="clusters", payload={"level": level})

    def source(self, request: AnalyseRequest) -> AnalysisSource:
        """What an analysis is made from, at one version.

        EVALUATION_NOT_FOUND, ANALYSIS_INVALID, FIELD_UNKNOWN; what the view raises.
        """
        from visionlens_jlab.analysis.store.input import read_slice_input

        with self.store.snapshot() as snapshot:
            given = read_slice_input(snapshot, request)
            return AnalysisSource(
                given,
                finding_rows.read_tests(snapshot.reader, given.evaluation),
                evidence_digest(read_evaluation(snapshot.reader, given.evaluation)),
            )

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Test a slice and record that it was tested.

        EVALUATION_NOT_FOUND, ANALYSIS_INVALID, DATASET_READ_ONLY; what the predicate raises.
        """
        from visionlens_jlab.analysis.store import slice_tests

        self.store.check_writable()
        with self.store.snapshot() as snapshot:
            tested, predicate, found = slice_tests.test(snapshot, request)
        self.store.keep(lambda cursor: finding_rows.write_test(cursor, request, predicate, found))
        return tested

    def keep_slice(self, request: SliceRequest, explanation: Sequence[Claim] = ()) -> Finding:
        """Test a slice once more, among all tests made by now, and keep it as a finding.

        One that statistics found already is explained only. FINDING_NOT_FOUND where it is not
        confirmed as failing more; what `test_slice` raises.
        """
        from visionlens_jlab.analysis.store.slice_tests import asked_finding

        tested = self.test_slice(request)
        if not tested.confirmed or (tested.confirmation.difference or 0) <= 0:
            raise VisionLensError(
                "FINDING_NOT_FOUND",
                "Among all tests by now the slice is not confirmed.",
                tested.too_few and f"It is too small: {tested.too_few}",
            )
        with self.store.snapshot() as snapshot:
            found = asked_finding(snapshot, tested, request.asked_by)
        known = {one.finding for one in self.all(request.evaluation)}
        if found.finding not in known:
            self.keep([found])
        return self.explain(found.finding, explanation)

    def check_sources(self, request: RecheckRequest) -> list[CheckSource]:
        """What checks of findings are made from, at one version; see `finding_checks`."""
        from visionlens_jlab.analysis.store.slice_tests import read_checks

        with self.store.snapshot() as snapshot:
            return read_checks(snapshot, request)

    def evidence(self, evaluation: str) -> str:
        """Digest of what findings of an evaluation rest on now. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return evidence_digest(read_evaluation(snapshot.reader, evaluation))

    def analyses(self, evaluation: str | None = None) -> list[AnalysisInfo]:
        """Of one evaluation or of all, newest first."""
        with self.store.snapshot() as snapshot:
            return finding_rows.read_analyses(snapshot.reader, evaluation)

    def analysis(self, analysis: str) -> AnalysisInfo:
        """One analysis. ANALYSIS_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return finding_rows.read_analysis(snapshot.reader, analysis)


def _with_state(snapshot: Snapshot, stored: finding_rows.Stored) -> Finding:
    """A finding as it stands now."""
    found = stored.finding
    changed = {"stale": not _is_fresh(snapshot, stored), "suggested": suggested(found)}
    return found.model_copy(update=changed)


def _is_fresh(snapshot: Snapshot, stored: finding_rows.Stored) -> bool:
    """Whether evaluation, labels and predictions are what they were, and the slice's members."""
    from visionlens_jlab.analysis.slices.units import members_digest

    found = stored.finding
    try:
        evaluation = read_evaluation(snapshot.reader, found.evaluation)
        now = digest_of(snapshot, evaluation.request)
        if evidence_digest(evaluation, now) != stored.digest:
            return False
        ids = ids_of(snapshot, found.predicate, found.level)
        return len(ids) == found.count and found.members in (None, members_digest(ids))
    except VisionLensError:  # a field that it names is gone
        return False


_LEAST = 10
_ALPHA = 0.05


def suggested(found: Finding) -> FindingStatus | None:
    """The status that ten or more verdicts speak for; None where it is that already.

    They speak where a two-sided sign test at 5% says that yes and no are not as frequent.
    """
    yes, count = sum(found.verdicts.values()), len(found.verdicts)
    if count < _LEAST or _sign_test(yes, count) > _ALPHA:
        return None
    status: FindingStatus = "verified" if 2 * yes > count else "rejected"
    return None if status == found.status else status


def _sign_test(yes: int, count: int) -> float:
    """`p` of an exact two-sided sign test."""
    fewer = min(yes, count - yes)
    tail = sum(comb(count, k) for k in range(fewer + 1))
    return min(1.0, tail / 2.0 ** (count - 1))
