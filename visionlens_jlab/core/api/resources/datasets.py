"""Datasets: the list, one of them, its ingest report, and where its images lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.codes import CHANGE, DATASET
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.core.datasets.shapes import (
    DatasetDetail,
    DatasetList,
    IngestReport,
    ReportQuery,
    Roots,
)
from visionlens_jlab.errors import CODES, VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library


class DatasetsHandler(Resource):
    """`datasets`"""

    @Operation("All datasets", response=DatasetList)
    async def get(self) -> None:
        """Cards of every dataset; opens none."""
        await self.answer(await self.library(_cards))


def _cards(library: Library) -> DatasetList:
    return DatasetList(datasets=library.list())


class DatasetHandler(Resource):
    """`datasets/{dataset}`"""

    @Operation("One dataset", response=DatasetDetail, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Classes, splits, tags, sources and fields of one dataset."""
        await self.answer(await self.dataset(dataset, _detail))

    @Operation("Delete a dataset", status=204, errors=(*DATASET, *CHANGE))
    async def delete(self, dataset: str) -> None:
        """Cancel the dataset's jobs and remove its folder."""
        slug = await self.library(lambda library: library.slug_of(dataset))
        runner = await self.services.runner()
        await runner.cancel_of(slug)
        await self.library(lambda library: library.delete(slug))
        self.services.announcer.dataset(slug, 0, "deleted")
        self.answer_done()


def _detail(store: DatasetStore) -> DatasetDetail:
    return store.detail()


class ReportHandler(Resource):
    """`datasets/{dataset}/report`"""

    @Operation("Ingest report", response=IngestReport, query=ReportQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """What the last ingest found, and a page of what was odd."""
        page = self.query(ReportQuery)
        report = await self.dataset(dataset, lambda store: store.report(page.offset, page.limit))
        if report is None:
            raise VisionLensError("NOT_FOUND", f"Nothing was ingested into {dataset} yet.")
        await self.answer(report)


class RootsHandler(Resource):
    """`datasets/{dataset}/roots`"""

    @Operation("Where its images lie", response=Roots, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Each root, and which of them are not read."""
        await self.answer(await self.dataset(dataset, _roots))

    @Operation("Have them read there", response=Roots, errors=(*DATASET, *CHANGE))
    async def post(self, dataset: str) -> None:
        """Read the images wherever the roots lead now; the browser may not say so."""
        if not self.from_kernel:
            raise VisionLensError(
                "FORBIDDEN",
                "The browser may not have further folders read.",
                CODES["ROOT_NOT_TRUSTED"].hint,
            )
        await self.answer(await self.dataset(dataset, _trusted))


def _roots(store: DatasetStore) -> Roots:
    return store.roots()


def _trusted(store: DatasetStore) -> Roots:
    store.trust_roots()
    return store.roots()


ROUTES = [
    Route("datasets", DatasetsHandler),
    Route("datasets/{dataset}", DatasetHandler),
    Route("datasets/{dataset}/report", ReportHandler),
    Route("datasets/{dataset}/roots", RootsHandler),
]
