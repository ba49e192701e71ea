"""Routes of prediction runs, and of evaluations: figures, re-counts, curves and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Rebuilding, Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, VIEW, Operation, Route
from visionlens_jlab.core.datasets.shapes import IngestReport, ReportQuery
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    CurvesQuery,
    EvaluationDetail,
    EvaluationList,
    PredictionsRequest,
    RunChange,
    RunComparison,
    RunInfo,
    RunList,
)
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.evaluation.store.runs import Runs

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy
    from visionlens_jlab.core.catalog.store import DatasetStore


class RunsHandler(Resource):
    """`datasets/{dataset}/runs`."""

    @Operation("Prediction runs", response=RunList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every run, oldest first."""
        await self.answer(
            RunList(runs=await self.dataset(dataset, lambda store: store.part(Runs).all()))
        )


class RunReportHandler(Resource):
    """`datasets/{dataset}/runs/{run}/report`."""

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
    """`datasets/{dataset}/runs/{run}`."""

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


EVALUATION = ("EVALUATION_NOT_FOUND", "EVALUATION_INVALID")


class EvaluationsHandler(Rebuilding):
    """`datasets/{dataset}/evaluations`."""

    @Operation("Evaluations", response=EvaluationList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every evaluation, oldest first."""
        found = await self.dataset(dataset, lambda store: store.part(Evaluations).all())
        await self.rebuild(dataset)
        await self.answer(EvaluationList(evaluations=found))


class EvaluationHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}`."""

    @Operation("One evaluation", response=EvaluationDetail, errors=(*DATASET, *EVALUATION))
    async def get(self, dataset: str, evaluation: str) -> None:
        """One evaluation with its tables."""
        await self.answer(
            await self.dataset(dataset, lambda store: store.part(Evaluations).read(evaluation))
        )

    @Operation("Remove an evaluation", status=204, errors=(*DATASET, *CHANGE, *EVALUATION))
    async def delete(self, dataset: str, evaluation: str) -> None:
        """Remove an evaluation; the run stays."""
        await self.remove(dataset, lambda store: store.part(Evaluations).delete(evaluation))


class CountsHandler(Rebuilding):
    """`datasets/{dataset}/evaluations/{evaluation}/counts`."""

    @Operation(
        "Counts at another confidence, or of a view",
        CountsRequest,
        Counts,
        errors=(*VIEW, *EVALUATION),
        reads=True,
    )
    async def post(self, dataset: str, evaluation: str) -> None:
        """Counts at another confidence, or of the samples of a view."""
        request = await self.body(CountsRequest)
        await self.answer(
            await self.read(
                dataset, lambda store: store.part(Evaluations).counts(evaluation, request)
            )
        )


class CurvesHandler(Rebuilding):
    """`datasets/{dataset}/evaluations/{evaluation}/curves`."""

    @Operation(
        "Curves and histograms",
        response=Curves,
        query=CurvesQuery,
        errors=(*DATASET, *EVALUATION),
    )
    async def get(self, dataset: str, evaluation: str) -> None:
        """What the plots show, of one class or of all."""
        asked = self.query(CurvesQuery)
        await self.answer(
            await self.read(
                dataset,
                lambda store: store.part(Evaluations).curves(
                    evaluation, asked.class_name, asked.confidence
                ),
            )
        )


class CompareHandler(Rebuilding):
    """`datasets/{dataset}/evaluations/{evaluation}/compare`."""

    @Operation(
        "Compare with another evaluation",
        CompareRequest,
        RunComparison,
        errors=(*DATASET, *EVALUATION),
        reads=True,
    )
    async def post(self, dataset: str, evaluation: str) -> None:
        """Compare with another evaluation over the same samples."""
        request = await self.body(CompareRequest)
        await self.answer(
            await self.read(
                dataset, lambda store: store.part(Evaluations).compare(evaluation, request)
            )
        )


def confine(
    policy: PathPolicy, request: PredictionsRequest, *, unrestricted: bool, rows: bool = False
) -> PredictionsRequest:
    """The request with an absolute source, checked unless it comes from the user's kernel.

    With `rows` the source is a label only, since the rows come with the request.
    """
    if rows:
        return request
    source = policy.place(request.source, unrestricted=unrestricted)
    return request.model_copy(update={"source": source})


ROUTES = [
    Route("datasets/{dataset}/runs", RunsHandler),
    Route("datasets/{dataset}/runs/{run}", RunHandler),
    Route("datasets/{dataset}/runs/{run}/report", RunReportHandler),
    Route("datasets/{dataset}/evaluations", EvaluationsHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}", EvaluationHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/counts", CountsHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/curves", CurvesHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/compare", CompareHandler),
]
