"""Views kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import ViewSpec
from .base import Resource
from .guard import authorized
from .shapes import SavedViewList

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class SavedViewsHandler(Resource):
    """`datasets/{dataset}/views`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every saved view of a dataset."""
        await self.answer(await self.dataset(dataset, _listed))


class SavedViewHandler(Resource):
    """`datasets/{dataset}/views/{name}`"""

    @authenticated
    @authorized
    async def put(self, dataset: str, name: str) -> None:
        """Keep a view; one of that name is replaced."""
        spec = await self.body(ViewSpec)
        await self.answer(await self.dataset(dataset, lambda store: store.save_view(name, spec)))

    @authenticated
    @authorized
    async def delete(self, dataset: str, name: str) -> None:
        """Forget a view."""
        await self.dataset(dataset, lambda store: store.delete_view(name))
        self.set_status(204)
        self.finish()


def _listed(store: DatasetStore) -> SavedViewList:
    return SavedViewList(views=store.saved_views())
