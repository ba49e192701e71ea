"""Groups of duplicates: reading them, and what becomes of all but the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Operation, Route
from visionlens_jlab.core.views.shapes import Changed
from visionlens_jlab.duplicates.shapes import Duplicates, DuplicatesQuery, ResolveRequest
from visionlens_jlab.duplicates.store import DuplicateGroups, resolve

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


class DuplicatesHandler(Resource):
    """`datasets/{dataset}/duplicates`."""

    @Operation("Groups of duplicates", response=Duplicates, query=DuplicatesQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """A page of the groups that the last run of a kind found."""
        asked = self.query(DuplicatesQuery)
        await self.answer(
            await self.dataset(
                dataset,
                lambda store: store.part(DuplicateGroups).read(
                    asked.kind, asked.offset, asked.limit
                ),
            )
        )


class ResolveHandler(Resource):
    """`datasets/{dataset}/duplicates/resolve`."""

    @Operation(
        "Tag or remove all but the best",
        ResolveRequest,
        Changed,
        errors=(*DATASET, *CHANGE, "ID_UNKNOWN", "DUPLICATES_CHANGED"),
    )
    async def post(self, dataset: str) -> None:
        """Tag or remove all but the best of groups."""
        request = await self.body(ResolveRequest)

        def work(store: DatasetStore) -> tuple[Changed, str]:
            return resolve(store, request), store.slug

        changed, slug = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, changed.version, "changed")
        await self.answer(changed)


ROUTES = [
    Route("datasets/{dataset}/duplicates", DuplicatesHandler),
    Route("datasets/{dataset}/duplicates/resolve", ResolveHandler),
]
