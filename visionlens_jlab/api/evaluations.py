"""Evaluations of a dataset's runs: their figures, re-counts, curves and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import CompareRequest, CountsRequest
from .base import Resource
from .guard import authorized, authorized_to_read
from .shapes import CurvesQuery, EvaluationList

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class EvaluationsHandler(Resource):
    """`datasets/{dataset}/evaluations`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every evaluation, oldest first."""
        found = await self.dataset(dataset, lambda store: store.evaluations())
        await self.answer(EvaluationList(evaluations=found))


class EvaluationHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, evaluation: str) -> None:
        """One evaluation with its tables."""
        await self.answer(await self.dataset(dataset, lambda store: store.evaluation(evaluation)))

    @authenticated
    @authorized
    async def delete(self, dataset: str, evaluation: str) -> None:
        """Remove an evaluation; the run stays."""

        def work(store: DatasetStore) -> tuple[str, int]:
            store.delete_evaluation(evaluation)
            return store.slug, store.version

        slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        self.set_status(204)
        self.finish()


class CountsHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}/counts`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str, evaluation: str) -> None:
        """Counts at another confidence, or of the samples of a view."""
        request = await self.body(CountsRequest)
        await self.answer(
            await self.dataset(dataset, lambda store: store.outcome_counts(evaluation, request))
        )


class CurvesHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}/curves`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, evaluation: str) -> None:
        """What the plots show, of one class or of all."""
        asked = self.query(CurvesQuery)
        await self.answer(
            await self.dataset(
                dataset,
                lambda store: store.outcome_curves(evaluation, asked.class_name, asked.confidence),
            )
        )


class CompareHandler(Resource):
    """`datasets/{dataset}/evaluations/{evaluation}/compare`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str, evaluation: str) -> None:
        """Compare with another evaluation over the same samples."""
        request = await self.body(CompareRequest)
        await self.answer(
            await self.dataset(
                dataset, lambda store: store.compare_evaluations(evaluation, request)
            )
        )
