"""What notebooks ask about analyses and findings, of a server or of this process."""

from __future__ import annotations

from typing import Protocol

from visionlens_jlab.analysis.shapes import (
    AnalysisInfo,
    AnalysisList,
    Finding,
    FindingChange,
    FindingList,
    FindingReport,
    SliceRequest,
    SliceTest,
)
from visionlens_jlab.core.notebook.backend import BackendPart, Remote


class FindingsBackend(Protocol):
    """Analyses and findings of one dataset."""

    def all(self, evaluation: str | None) -> list[Finding]:
        """Newest analysis first."""

    def read(self, finding: str) -> Finding:
        """FINDING_NOT_FOUND."""

    def change(self, finding: str, change: FindingChange) -> Finding:
        """FINDING_NOT_FOUND."""

    def delete(self, finding: str) -> None:
        """FINDING_NOT_FOUND."""

    def analyses(self, evaluation: str | None) -> list[AnalysisInfo]:
        """Newest first."""

    def analysis(self, analysis: str) -> AnalysisInfo:
        """ANALYSIS_NOT_FOUND."""

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Recorded; EVALUATION_NOT_FOUND, PREDICATE_INVALID, ANALYSIS_INVALID."""


class ReportsBackend(Protocol):
    """Reports of the findings of one dataset."""

    def build(self, request: FindingReport) -> bytes:
        """The file's content; FINDING_NOT_FOUND."""


class RemoteFindings(Remote):
    """Analyses and findings over the REST API."""

    def all(self, evaluation: str | None) -> list[Finding]:
        """Newest analysis first."""
        return self.get(FindingList, "findings", evaluation=evaluation).findings

    def read(self, finding: str) -> Finding:
        """FINDING_NOT_FOUND."""
        return self.get(Finding, "findings", finding)

    def change(self, finding: str, change: FindingChange) -> Finding:
        """FINDING_NOT_FOUND."""
        return self.send("PATCH", Finding, change, "findings", finding)

    def delete(self, finding: str) -> None:
        """FINDING_NOT_FOUND."""
        self.remove("findings", finding)

    def analyses(self, evaluation: str | None) -> list[AnalysisInfo]:
        """Newest first."""
        return self.get(AnalysisList, "analyses", evaluation=evaluation).analyses

    def analysis(self, analysis: str) -> AnalysisInfo:
        """ANALYSIS_NOT_FOUND."""
        return self.get(AnalysisInfo, "analyses", analysis)

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Recorded; EVALUATION_NOT_FOUND, PREDICATE_INVALID, ANALYSIS_INVALID."""
        return self.send("POST", SliceTest, request, "slices")


class RemoteReports(Remote):
    """Reports over the REST API."""

    def build(self, request: FindingReport) -> bytes:
        """The file's content; FINDING_NOT_FOUND."""
        return self.ask_bytes(request, "findings-report")


FINDINGS: BackendPart[FindingsBackend] = BackendPart(
    "visionlens_jlab.analysis.store.findings:Findings", RemoteFindings
)
REPORTS: BackendPart[ReportsBackend] = BackendPart(
    "visionlens_jlab.analysis.report:Reports", RemoteReports
)
