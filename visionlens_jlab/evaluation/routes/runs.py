"""Prediction runs of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Operation, Route
from visionlens_jlab.core.datasets.shapes import IngestReport, ReportQuery
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import RunChange, RunInfo, RunList
from visionlens_jlab.evaluation.store.prediction_runs import Runs

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


class RunsHandler(Resource):
    """`datasets/{dataset}/runs`"""

    @Operation("Prediction runs", response=RunList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every run, oldest first."""
        await self.answer(
            RunList(runs=await self.dataset(dataset, lambda store: store.part(Runs).all()))
        )


class RunReportHandler(Resource):
    """`datasets/{dataset}/runs/{run}/report`"""

    @Operation(
        "What the import of a run found",
        response=IngestReport,
        query=ReportQuery,
        errors=(*DATASET, "RUN_NOT_FOUND"),
    )
    async def get(self, dataset: str, run: str) -> None:
        """What the import of a run found, with a page of its items."""
        page = self.query(ReportQuery)
        report = await self.dataset(
            dataset, lambda store: store.part(Runs).report(run, page.offset, page.limit)
        )
        if report is None:
            raise VisionLensError(
                "NOT_FOUND", f"The run {run!r} came with an ingest: its report is the dataset's."
            )
        await self.answer(report)


class RunHandler(Resource):
    """`datasets/{dataset}/runs/{run}`"""

    @Operation(
        "Rename a run, or say what its model was trained on",
        RunChange,
        RunInfo,
        errors=(*DATASET, *CHANGE, "RUN_NOT_FOUND", "RUN_EXISTS"),
    )
    async def patch(self, dataset: str, run: str) -> None:
        """Rename a run, or say what its model was trained on."""
        change = await self.body(RunChange)

        def work(store: DatasetStore) -> tuple[RunInfo, str, int]:
            return store.part(Runs).change(run, change), store.slug, store.version

        info, slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        await self.answer(info)

    @Operation(
        "Remove a run with its evaluations",
        status=204,
        errors=(*DATASET, *CHANGE, "RUN_NOT_FOUND"),
    )
    async def delete(self, dataset: str, run: str) -> None:
        """Remove a run, its predictions and its evaluations."""
        await self.remove(dataset, lambda store: store.part(Runs).delete(run))


ROUTES = [
    Route("datasets/{dataset}/runs", RunsHandler),
    Route("datasets/{dataset}/runs/{run}", RunHandler),
    Route("datasets/{dataset}/runs/{run}/report", RunReportHandler),
]
