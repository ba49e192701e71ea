"""Evaluations of a dataset's runs: their figures, re-counts, curves and comparisons."""

from __future__ import annotations

from visionlens_jlab.core.api.base import Rebuilding, Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, VIEW, Operation, Route
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    CurvesQuery,
    EvaluationDetail,
    EvaluationList,
    RunComparison,
)
from visionlens_jlab.evaluation.store.evaluations import Evaluations

EVALUATION = ("EVALUATION_NOT_FOUND", "EVALUATION_INVALID")


class EvaluationsHandler(Rebuilding):
    """`datasets/{dataset}/evaluations`"""

    @Operation("Evaluations", response=EvaluationList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every evaluation, oldest first."""
        found = await self.dataset(dataset, lambda store: store.part(Evaluations).all())
        await self.rebuild(dataset)
        await self.answer(EvaluationList(evaluations=found))


class EvaluationHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}`"""

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
    """`datasets/{dataset}/evaluations/{evaluation}/counts`"""

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
    """`datasets/{dataset}/evaluations/{evaluation}/curves`"""

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
    """`datasets/{dataset}/evaluations/{evaluation}/compare`"""

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


ROUTES = [
    Route("datasets/{dataset}/evaluations", EvaluationsHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}", EvaluationHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/counts", CountsHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/curves", CurvesHandler),
    Route("datasets/{dataset}/evaluations/{evaluation}/compare", CompareHandler),
]
