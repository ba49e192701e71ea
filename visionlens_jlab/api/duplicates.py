"""Groups of duplicates: reading them, and what becomes of all but the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import Changed, ResolveRequest
from .base import Resource
from .guard import authorized
from .shapes import DuplicatesQuery

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class DuplicatesHandler(Resource):
    """`datasets/{dataset}/duplicates`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """A page of the groups that the last run of a kind found."""
        asked = self.query(DuplicatesQuery)
        await self.answer(
            await self.dataset(
                dataset, lambda store: store.duplicates(asked.kind, asked.offset, asked.limit)
            )
        )


class ResolveHandler(Resource):
    """`datasets/{dataset}/duplicates/resolve`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Tag or remove all but the best of groups."""
        request = await self.body(ResolveRequest)

        def work(store: DatasetStore) -> tuple[Changed, str]:
            from ..catalog.resolving import resolve

            return resolve(store, request), store.slug

        changed, slug = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, changed.version, "changed")
        await self.answer(changed)
