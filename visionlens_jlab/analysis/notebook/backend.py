"""What notebooks ask about analyses and findings, of a server or of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from visionlens_jlab.analysis.shapes import (
    AnalysisInfo,
    Finding,
    FindingChange,
    FindingReport,
    SliceRequest,
    SliceTest,
)
from visionlens_jlab.core.shapes import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.notebook.transport import Transport


class AnalysisBackend(Protocol):
    """Analyses and findings of one dataset."""

    def findings(self, evaluation: str | None) -> list[Finding]:
        """Newest analysis first."""
        ...

    def finding(self, finding: str) -> Finding:
        """FINDING_NOT_FOUND."""
        ...

    def change_finding(self, finding: str, change: FindingChange) -> Finding:
        """FINDING_NOT_FOUND."""
        ...

    def delete_finding(self, finding: str) -> None:
        """FINDING_NOT_FOUND."""
        ...

    def analyses(self, evaluation: str | None) -> list[AnalysisInfo]:
        """Newest first."""
        ...

    def analysis(self, analysis: str) -> AnalysisInfo:
        """ANALYSIS_NOT_FOUND."""
        ...

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Recorded; EVALUATION_NOT_FOUND, PREDICATE_INVALID, ANALYSIS_INVALID."""
        ...

    def finding_report(self, request: FindingReport) -> bytes:
        """The file's content."""
        ...


class FindingList(Model):
    """Answer of `findings`."""

    findings: list[Finding]


class AnalysisList(Model):
    """Answer of `analyses`."""

    analyses: list[AnalysisInfo]


class HttpAnalyses:
    """Over the REST API; mixed into `HttpDataset`."""

    _transport: Transport
    _path: str
    _check_writable: Callable[[], None]

    def findings(self, evaluation: str | None) -> list[Finding]:
        """Newest analysis first."""
        path = f"{self._path}/findings{_of(evaluation)}"
        return self._transport.read(FindingList, "GET", path).findings

    def finding(self, finding: str) -> Finding:
        """FINDING_NOT_FOUND."""
        return self._transport.read(Finding, "GET", self._finding_path(finding))

    def change_finding(self, finding: str, change: FindingChange) -> Finding:
        """FINDING_NOT_FOUND."""
        self._check_writable()
        return self._transport.read(Finding, "PATCH", self._finding_path(finding), change)

    def delete_finding(self, finding: str) -> None:
        """FINDING_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", self._finding_path(finding))

    def analyses(self, evaluation: str | None) -> list[AnalysisInfo]:
        """Newest first."""
        path = f"{self._path}/analyses{_of(evaluation)}"
        return self._transport.read(AnalysisList, "GET", path).analyses

    def analysis(self, analysis: str) -> AnalysisInfo:
        """ANALYSIS_NOT_FOUND."""
        path = f"{self._path}/analyses/{quote(analysis, safe='')}"
        return self._transport.read(AnalysisInfo, "GET", path)

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Recorded; EVALUATION_NOT_FOUND, PREDICATE_INVALID, ANALYSIS_INVALID."""
        self._check_writable()
        return self._transport.read(SliceTest, "POST", f"{self._path}/slices", request)

    def finding_report(self, request: FindingReport) -> bytes:
        """The file's content."""
        response = self._transport.request(
            "POST",
            f"{self._path}/findings-report",
            content=request.model_dump_json(),
            headers={"Content-Type": "application/json"},
        )
        return response.content

    def _finding_path(self, finding: str) -> str:
        return f"{self._path}/findings/{quote(finding, safe='')}"


class DirectAnalyses:
    """In this process; mixed into `DirectDataset`."""

    _store: DatasetStore

    def findings(self, evaluation: str | None) -> list[Finding]:
        """Newest analysis first."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).all(evaluation)

    def finding(self, finding: str) -> Finding:
        """FINDING_NOT_FOUND."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).read(finding)

    def change_finding(self, finding: str, change: FindingChange) -> Finding:
        """FINDING_NOT_FOUND, DATASET_READ_ONLY."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).change(finding, change)

    def delete_finding(self, finding: str) -> None:
        """FINDING_NOT_FOUND, DATASET_READ_ONLY."""
        from visionlens_jlab.analysis.store.findings import Findings

        self._store.part(Findings).delete(finding)

    def analyses(self, evaluation: str | None) -> list[AnalysisInfo]:
        """Newest first."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).analyses(evaluation)

    def analysis(self, analysis: str) -> AnalysisInfo:
        """ANALYSIS_NOT_FOUND."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).analysis(analysis)

    def test_slice(self, request: SliceRequest) -> SliceTest:
        """Recorded; EVALUATION_NOT_FOUND, PREDICATE_INVALID, ANALYSIS_INVALID."""
        from visionlens_jlab.analysis.store.findings import Findings

        return self._store.part(Findings).test_slice(request)

    def finding_report(self, request: FindingReport) -> bytes:
        """The file's content."""
        from visionlens_jlab.analysis.report.building import build_report

        return build_report(self._store, request).content


def _of(evaluation: str | None) -> str:
    return "" if evaluation is None else f"?evaluation={quote(evaluation, safe='')}"
