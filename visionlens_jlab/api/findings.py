"""Findings and analyses of a dataset, tests of slices, and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import FindingChange, FindingReport, SliceRequest
from .base import Resource
from .guard import authorized, authorized_to_read
from .shapes import AnalysisList, FindingList, FindingsQuery

if TYPE_CHECKING:
    from ..agents.report import Report
    from ..catalog.store import DatasetStore


class FindingsHandler(Resource):
    """`datasets/{dataset}/findings`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Findings of one evaluation or of all."""
        asked = self.query(FindingsQuery)
        found = await self.dataset(dataset, lambda store: store.findings(asked.evaluation))
        await self.answer(FindingList(findings=found))


class FindingHandler(Resource):
    """`datasets/{dataset}/findings/{finding}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, finding: str) -> None:
        """One finding."""
        await self.answer(await self.dataset(dataset, lambda store: store.finding(finding)))

    @authenticated
    @authorized
    async def patch(self, dataset: str, finding: str) -> None:
        """Store what a user says of it."""
        change = await self.body(FindingChange)
        await self.answer(
            await self.dataset(dataset, lambda store: store.change_finding(finding, change))
        )

    @authenticated
    @authorized
    async def delete(self, dataset: str, finding: str) -> None:
        """Remove it."""
        await self.dataset(dataset, lambda store: store.delete_finding(finding))
        self.set_status(204)
        self.finish()


class AnalysesHandler(Resource):
    """`datasets/{dataset}/analyses`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Analyses of one evaluation or of all, newest first."""
        asked = self.query(FindingsQuery)
        found = await self.dataset(dataset, lambda store: store.analyses(asked.evaluation))
        await self.answer(AnalysisList(analyses=found))


class AnalysisHandler(Resource):
    """`datasets/{dataset}/analyses/{analysis}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, analysis: str) -> None:
        """One analysis."""
        await self.answer(await self.dataset(dataset, lambda store: store.analysis(analysis)))


class SlicesHandler(Resource):
    """`datasets/{dataset}/slices`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Test one slice; the test is recorded."""
        request = await self.body(SliceRequest)
        await self.answer(await self.dataset(dataset, lambda store: store.test_slice(request)))


class FindingReportHandler(Resource):
    """`datasets/{dataset}/findings-report`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """Findings with their pictures, as a file to keep."""
        request = await self.body(FindingReport)
        report = await self.dataset(dataset, lambda store: _build(store, request))
        self.set_header("Content-Disposition", f'attachment; filename="{report.filename}"')
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(report.content, set_content_type=report.media_type)


def _build(store: DatasetStore, request: FindingReport) -> Report:
    from ..agents.report import build_report

    return build_report(store, request)
