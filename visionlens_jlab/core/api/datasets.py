"""Datasets: the list, one of them, its report, where its images lie, its fields and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import (
    ARROW_STREAM,
    CHANGE,
    DATASET,
    VIEW,
    Operation,
    Route,
)
from visionlens_jlab.core.api.wire import read_arrow
from visionlens_jlab.core.datasets.shapes import (
    DatasetDetail,
    DatasetList,
    IngestReport,
    ReportQuery,
    Roots,
)
from visionlens_jlab.core.shapes import Level, LevelQuery
from visionlens_jlab.core.views.shapes import Changed, TagRequest
from visionlens_jlab.errors import CODES, VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


class DatasetsHandler(Resource):
    """`datasets`."""

    @Operation("All datasets", response=DatasetList)
    async def get(self) -> None:
        """Cards of every dataset; opens none."""
        await self.answer(await self.library(lambda library: DatasetList(datasets=library.list())))


class DatasetHandler(Resource):
    """`datasets/{dataset}`."""

    @Operation("One dataset", response=DatasetDetail, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Classes, splits, tags, sources and fields of one dataset."""
        await self.answer_from(dataset, lambda store: store.detail())

    @Operation("Delete a dataset", status=204, errors=(*DATASET, *CHANGE))
    async def delete(self, dataset: str) -> None:
        """Cancel the dataset's jobs and remove its folder."""
        slug = await self.library(lambda library: library.slug_of(dataset))
        runner = await self.services.runner()
        await runner.cancel_of(slug)
        await self.library(lambda library: library.delete(slug))
        self.services.announcer.dataset(slug, 0, "deleted")
        self.answer_done()


class ReportHandler(Resource):
    """`datasets/{dataset}/report`."""

    @Operation("Ingest report", response=IngestReport, query=ReportQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """What the last ingest found, and a page of what was odd."""
        page = self.query(ReportQuery)
        report = await self.dataset(dataset, lambda store: store.report(page.offset, page.limit))
        if report is None:
            raise VisionLensError("NOT_FOUND", f"Nothing was ingested into {dataset} yet.")
        await self.answer(report)


class RootsHandler(Resource):
    """`datasets/{dataset}/roots`."""

    @Operation("Where its images lie", response=Roots, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Each root, and which of them are not read."""
        await self.answer_from(dataset, lambda store: store.roots())

    @Operation("Have them read there", response=Roots, errors=(*DATASET, *CHANGE))
    async def post(self, dataset: str) -> None:
        """Read the images wherever the roots lead now; the browser may not say so."""
        if not self.from_kernel:
            raise VisionLensError(
                "FORBIDDEN",
                "The browser may not have further folders read.",
                CODES["ROOT_NOT_TRUSTED"].hint,
            )
        await self.answer_from(dataset, _trusted)


def _trusted(store: DatasetStore) -> Roots:
    store.trust_roots()
    return store.roots()


class FieldHandler(Resource):
    """`datasets/{dataset}/fields/{field}`."""

    @Operation(
        "Set a field",
        ARROW_STREAM,
        Changed,
        query=LevelQuery,
        errors=(*DATASET, *CHANGE, "FIELD_TYPE", "FIELD_UNKNOWN", "ID_UNKNOWN"),
    )
    async def put(self, dataset: str, field: str) -> None:
        """Set a field's values for some ids; a new name makes a new field."""
        level = self.query(LevelQuery).level
        await self.answer(
            await self.changed(
                dataset, lambda store: _set_field(store, field, self.request.body, level)
            )
        )


class TagsHandler(Resource):
    """`datasets/{dataset}/tags`."""

    @Operation("Add or remove a tag", TagRequest, Changed, errors=(*VIEW, *CHANGE, "ID_UNKNOWN"))
    async def post(self, dataset: str) -> None:
        """Add or remove a tag."""
        request = await self.body(TagRequest)
        await self.answer(await self.changed(dataset, lambda store: store.tag(request)))


def _set_field(store: DatasetStore, field: str, body: bytes, level: Level) -> Changed:
    import pyarrow as pa

    table = read_arrow(body)
    if table.column_names != ["id", "value"]:
        raise VisionLensError("REQUEST_INVALID", "The table must have the columns id and value.")
    try:
        ids = table["id"].cast(pa.uint32()).combine_chunks()
    except pa.ArrowException as error:
        raise VisionLensError("REQUEST_INVALID", f"id must hold uint32: {error}") from error
    if ids.null_count:
        raise VisionLensError("REQUEST_INVALID", "id must not hold missing values.")
    return store.set_field(
        field, ids.to_numpy(zero_copy_only=False), table["value"].combine_chunks(), level=level
    )


ROUTES = [
    Route("datasets", DatasetsHandler),
    Route("datasets/{dataset}", DatasetHandler),
    Route("datasets/{dataset}/report", ReportHandler),
    Route("datasets/{dataset}/roots", RootsHandler),
    Route("datasets/{dataset}/fields/{field}", FieldHandler),
    Route("datasets/{dataset}/tags", TagsHandler),
]
