"""Prediction runs of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import RunChange, RunInfo
from .base import Resource
from .guard import authorized
from .shapes import ReportQuery, RunList

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class RunsHandler(Resource):
    """`datasets/{dataset}/runs`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every run, oldest first."""
        await self.answer(RunList(runs=await self.dataset(dataset, lambda store: store.runs())))


class RunReportHandler(Resource):
    """`datasets/{dataset}/runs/{run}/report`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, run: str) -> None:
        """What the import of a run found, with a page of its items."""
        page = self.query(ReportQuery)
        report = await self.dataset(
            dataset, lambda store: store.run_report(run, page.offset, page.limit)
        )
        if report is None:
            raise VisionLensError(
                "NOT_FOUND", f"The run {run!r} came with an ingest: its report is the dataset's."
            )
        await self.answer(report)


class RunHandler(Resource):
    """`datasets/{dataset}/runs/{run}`"""

    @authenticated
    @authorized
    async def patch(self, dataset: str, run: str) -> None:
        """Rename a run, or say what its model was trained on."""
        change = await self.body(RunChange)

        def work(store: DatasetStore) -> tuple[RunInfo, str, int]:
            return store.change_run(run, change), store.slug, store.version

        info, slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        await self.answer(info)

    @authenticated
    @authorized
    async def delete(self, dataset: str, run: str) -> None:
        """Remove a run, its predictions and its evaluations."""

        def work(store: DatasetStore) -> tuple[str, int]:
            store.delete_run(run)
            return store.slug, store.version

        slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        self.set_status(204)
        self.finish()
