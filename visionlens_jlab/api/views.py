"""Reading a view: its ids, rows, tiles and facets; predicates and SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..errors import VisionLensError
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
from .gates import Kind
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
        view = await self.dataset(dataset, lambda store: store.view(spec), kind=kind_of(spec))
        counts = {"Count": len(view.ids), "Total": view.total, "Version": view.version}
        await self.answer_ids(view.ids, counts, view.scores)


class TableHandler(Resource):
    """`datasets/{dataset}/table`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """The rows of a view, or of ids, as a table."""
        request = await self.body(TableRequest)
        pages = await self.dataset(
            dataset,
            lambda store: store.table_pages(
                request.level,
                spec=request.view if request.ids is None else None,
                ids=request.ids,
                columns=request.columns,
            ),
            kind="query",
        )
        await self.answer_tables(pages)


class TilesHandler(Resource):
    """`datasets/{dataset}/tiles`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """What the grid draws for some ids."""
        request = await self.body(TilesRequest)
        tiles = await self.dataset(
            dataset, lambda store: _tiles(store, request), kind=kind_of(request.view)
        )
        await self.answer(tiles)


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
        facets = await self.dataset(
            dataset, lambda store: store.facets(request), kind=kind_of(request.view)
        )
        await self.answer(facets)


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
        most = self.services.sql_seconds
        if request.timeout > most:
            raise VisionLensError(
                "REQUEST_INVALID",
                f"A query may take {most:g} s at most.",
                "Ask for less time, or raise VisionLens.sql_seconds.",
            )
        file = await self.dataset(
            dataset,
            lambda store: store.sql_file(request.query, timeout=request.timeout),
            kind="query",
        )
        await self.answer_arrow(file)


def kind_of(view: ViewSpec | None) -> Kind:
    """A view with SQL of its own is a query."""
    return "query" if view is not None and view.sql else "read"
