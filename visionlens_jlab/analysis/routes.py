"""Findings and analyses of a dataset, tests of slices, and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.analysis.shapes import (
    AnalysisInfo,
    AnalysisList,
    Finding,
    FindingChange,
    FindingList,
    FindingReport,
    FindingsQuery,
    SliceRequest,
    SliceTest,
)
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, VIEW, Binary, Operation, Route

if TYPE_CHECKING:
    from visionlens_jlab.analysis.report import Report
    from visionlens_jlab.core.catalog.store import DatasetStore

HTML = Binary("text/html", "The report, one file that needs nothing else.")
ARCHIVE = Binary("application/zip", "The report as Markdown with its pictures.")


class FindingsHandler(Resource):
    """`datasets/{dataset}/findings`."""

    @Operation("Findings", response=FindingList, query=FindingsQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Findings of one evaluation or of all."""
        asked = self.query(FindingsQuery)
        await self.answer_from(
            dataset, lambda store: FindingList(findings=store.part(Findings).all(asked.evaluation))
        )


class FindingHandler(Resource):
    """`datasets/{dataset}/findings/{finding}`."""

    @Operation("One finding", response=Finding, errors=(*DATASET, "FINDING_NOT_FOUND"))
    async def get(self, dataset: str, finding: str) -> None:
        """One finding."""
        await self.answer_from(dataset, lambda store: store.part(Findings).read(finding))

    @Operation(
        "Say what one makes of a finding",
        FindingChange,
        Finding,
        errors=(*DATASET, *CHANGE, "FINDING_NOT_FOUND"),
    )
    async def patch(self, dataset: str, finding: str) -> None:
        """Store what a user says of it."""
        change = await self.body(FindingChange)
        await self.answer_from(dataset, lambda store: store.part(Findings).change(finding, change))

    @Operation("Remove a finding", status=204, errors=(*DATASET, *CHANGE, "FINDING_NOT_FOUND"))
    async def delete(self, dataset: str, finding: str) -> None:
        """Remove it."""
        await self.dataset(dataset, lambda store: store.part(Findings).delete(finding))
        self.answer_done()


class AnalysesHandler(Resource):
    """`datasets/{dataset}/analyses`."""

    @Operation("Analyses", response=AnalysisList, query=FindingsQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Analyses of one evaluation or of all, newest first."""
        asked = self.query(FindingsQuery)
        await self.answer_from(
            dataset,
            lambda store: AnalysisList(analyses=store.part(Findings).analyses(asked.evaluation)),
        )


class AnalysisHandler(Resource):
    """`datasets/{dataset}/analyses/{analysis}`."""

    @Operation("One analysis", response=AnalysisInfo, errors=(*DATASET, "ANALYSIS_NOT_FOUND"))
    async def get(self, dataset: str, analysis: str) -> None:
        """One analysis."""
        await self.answer_from(dataset, lambda store: store.part(Findings).analysis(analysis))


class SlicesHandler(Resource):
    """`datasets/{dataset}/slices`."""

    @Operation(
        "Test a slice",
        SliceRequest,
        SliceTest,
        errors=(*VIEW, *CHANGE, "EVALUATION_NOT_FOUND", "ANALYSIS_INVALID"),
    )
    async def post(self, dataset: str) -> None:
        """Test one slice; the test is recorded."""
        request = await self.body(SliceRequest)
        await self.answer_from(dataset, lambda store: store.part(Findings).test_slice(request))


class FindingReportHandler(Resource):
    """`datasets/{dataset}/findings-report`."""

    @Operation(
        "A report of findings",
        FindingReport,
        HTML,
        also_response=ARCHIVE,
        errors=(*DATASET, "FINDING_NOT_FOUND"),
        reads=True,
    )
    async def post(self, dataset: str) -> None:
        """Findings with their pictures, as a file to keep."""
        request = await self.body(FindingReport)
        report = await self.dataset(dataset, lambda store: _build(store, request), kind="picture")
        self.set_header("Content-Disposition", f'attachment; filename="{report.filename}"')
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(report.content, set_content_type=report.media_type)


def _build(store: DatasetStore, request: FindingReport) -> Report:
    from visionlens_jlab.analysis.report import build_report

    return build_report(store, request)


ROUTES = [
    Route("datasets/{dataset}/findings", FindingsHandler),
    Route("datasets/{dataset}/findings/{finding}", FindingHandler),
    Route("datasets/{dataset}/analyses", AnalysesHandler),
    Route("datasets/{dataset}/analyses/{analysis}", AnalysisHandler),
    Route("datasets/{dataset}/slices", SlicesHandler),
    Route("datasets/{dataset}/findings-report", FindingReportHandler),
]
