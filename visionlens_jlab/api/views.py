"""Reading a view: its ids, rows, tiles and facets; predicates and SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import (
    FacetsRequest,
    PredicateRequest,
    SqlRequest,
    TableRequest,
    Tiles,
    TilesRequest,
    ViewSpec,
)
from .base import Resource
from .guard import authorized_to_read

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class ViewHandler(Resource):
    """`datasets/{dataset}/view`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """The ids of a view in display order; where it searches, then their scores."""
        spec = await self.body(ViewSpec)
        view = await self.dataset(dataset, lambda store: store.view(spec))
        counts = {"Count": len(view.ids), "Total": view.total, "Version": view.version}
        await self.answer_ids(view.ids, counts, view.scores)


class TableHandler(Resource):
    """`datasets/{dataset}/table`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """The rows of a view, or of ids, as a table."""
        request = await self.body(TableRequest)
        await self.answer_table(
            await self.dataset(
                dataset,
                lambda store: store.table(
                    request.level,
                    spec=request.view if request.ids is None else None,
                    ids=request.ids,
                    columns=request.columns,
                ),
            )
        )


class TilesHandler(Resource):
    """`datasets/{dataset}/tiles`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """What the grid draws for some ids."""
        request = await self.body(TilesRequest)
        await self.answer(await self.dataset(dataset, lambda store: _tiles(store, request)))


def _tiles(store: DatasetStore, request: TilesRequest) -> Tiles:
    if request.ids is not None:
        return store.tiles(request.view, request.ids, geometry=request.geometry)
    return store.first_tiles(request.view, request.first or 0, geometry=request.geometry)


class FacetsHandler(Resource):
    """`datasets/{dataset}/facets`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """Counts of fields under all conditions but their own."""
        request = await self.body(FacetsRequest)
        await self.answer(await self.dataset(dataset, lambda store: store.facets(request)))


class PredicateHandler(Resource):
    """`datasets/{dataset}/predicate`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """A predicate as text and as a tree, checked against the fields."""
        request = await self.body(PredicateRequest)
        await self.answer(
            await self.dataset(dataset, lambda store: store.predicate(request.text, request.filter))
        )


class SqlHandler(Resource):
    """`datasets/{dataset}/sql`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """The result of one SELECT as a table."""
        request = await self.body(SqlRequest)
        await self.answer_table(
            await self.dataset(
                dataset, lambda store: store.sql(request.query, timeout=request.timeout)
            )
        )
