"""Datasets: the list, one of them, its ingest report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import DatasetDetail
from .base import Resource
from .guard import authorized
from .shapes import DatasetList, ReportQuery

if TYPE_CHECKING:
    from ..catalog.library import Library
    from ..catalog.store import DatasetStore


class DatasetsHandler(Resource):
    """`datasets`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Cards of every dataset; opens none."""
        await self.answer(await self.library(_cards))


def _cards(library: Library) -> DatasetList:
    return DatasetList(datasets=library.list())


class DatasetHandler(Resource):
    """`datasets/{dataset}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Classes, splits, tags, sources and fields of one dataset."""
        await self.answer(await self.dataset(dataset, _detail))

    @authenticated
    @authorized
    async def delete(self, dataset: str) -> None:
        """Cancel the dataset's jobs and remove its folder."""
        slug = await self.library(lambda library: library.slug_of(dataset))
        runner = await self.services.runner()
        await runner.cancel_of(slug)
        await self.library(lambda library: library.delete(slug))
        self.services.announcer.dataset(slug, 0, "deleted")
        self.set_status(204)
        self.finish()


def _detail(store: DatasetStore) -> DatasetDetail:
    return store.detail()


class ReportHandler(Resource):
    """`datasets/{dataset}/report`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """What the last ingest found, and a page of what was odd."""
        page = self.query(ReportQuery)
        report = await self.dataset(dataset, lambda store: store.report(page.offset, page.limit))
        if report is None:
            raise VisionLensError("NOT_FOUND", f"Nothing was ingested into {dataset} yet.")
        await self.answer(report)
