"""Views: ids, rows, tiles, facets, samples, predicates, SQL, kept under a name; and workspaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import (
    ARROW_STREAM,
    CHANGE,
    DATASET,
    IDS,
    VIEW,
    WORKSPACE,
    Binary,
    Operation,
    Route,
)
from visionlens_jlab.core.api.services import Kind
from visionlens_jlab.core.api.wire import ARROW, read_ids
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import capabilities
from visionlens_jlab.core.views.shapes import (
    Facets,
    FacetsRequest,
    Predicate,
    PredicateRequest,
    RowsQuery,
    SampleDetail,
    SampleRequest,
    SavedView,
    SavedViewList,
    SqlRequest,
    TableRequest,
    Tiles,
    TilesRequest,
    ViewSpec,
)
from visionlens_jlab.core.workspace.shapes import (
    SelectedRowsQuery,
    SelectionQuery,
    Workspace,
    WorkspaceChange,
    WorkspaceRequest,
)
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.core.workspace.service import WorkspaceService


VIEW_IDS = Binary(
    wire.BINARY,
    "Ids as little-endian uint32, in display order; where the view searches, their scores follow "
    "as little-endian float32 and the header VisionLens-Scores is 1.",
)
VIEW_COUNTS = ("VisionLens-Count", "VisionLens-Total", "VisionLens-Version")
SCORES = "VisionLens-Scores"


class ViewHandler(Resource):
    """`datasets/{dataset}/view`."""

    @Operation(
        "Ids of a view", ViewSpec, VIEW_IDS, headers=(*VIEW_COUNTS, SCORES), errors=VIEW, reads=True
    )
    async def post(self, dataset: str) -> None:
        """The ids of a view in display order; where it searches, then their scores."""
        spec = await self.body(ViewSpec)
        view = await self.dataset(dataset, lambda store: store.view(spec), kind=kind_of(spec))
        counts = {"Count": len(view.ids), "Total": view.total, "Version": view.version}
        await self.answer_ids(view.ids, counts, view.scores)


class TableHandler(Resource):
    """`datasets/{dataset}/table`."""

    @Operation(
        "Rows of a view",
        TableRequest,
        ARROW_STREAM,
        query=RowsQuery,
        also=IDS,
        errors=(*VIEW, "ID_UNKNOWN"),
        reads=True,
    )
    async def post(self, dataset: str) -> None:
        """The rows of a view, or of ids, as a table; the query is about ids sent as uint32."""
        asked: TableRequest | RowsQuery = self.query(RowsQuery)
        ids: Sequence[int] | Ids | None = None
        spec: ViewSpec | None = None
        if self.request.headers.get("Content-Type") == wire.BINARY:
            ids = wire.read_ids(self.request.body)
        else:
            asked = request = await self.body(TableRequest)
            ids, spec = request.ids, request.view if request.ids is None else None
        pages = await self.dataset(
            dataset,
            lambda store: store.tables.pages(
                asked.level, spec=spec, ids=ids, columns=asked.columns
            ),
            kind="query",
        )
        await self.answer_tables(pages)


class TilesHandler(Resource):
    """`datasets/{dataset}/tiles`."""

    @Operation("Tiles of the grid", TilesRequest, Tiles, errors=(*VIEW, "ID_UNKNOWN"), reads=True)
    async def post(self, dataset: str) -> None:
        """What the grid draws for some ids."""
        request = await self.body(TilesRequest)
        await self.answer_from(
            dataset, lambda store: _tiles(store, request), kind=kind_of(request.view)
        )


def _tiles(store: DatasetStore, request: TilesRequest) -> Tiles:
    if request.ids is not None:
        return store.tiles(request.view, request.ids, geometry=request.geometry)
    return store.first_tiles(request.view, request.first or 0, geometry=request.geometry)


class FacetsHandler(Resource):
    """`datasets/{dataset}/facets`."""

    @Operation("Facets of a view", FacetsRequest, Facets, errors=VIEW, reads=True)
    async def post(self, dataset: str) -> None:
        """Counts of fields under all conditions but their own."""
        request = await self.body(FacetsRequest)
        await self.answer_from(
            dataset, lambda store: store.facets(request), kind=kind_of(request.view)
        )


class PredicateHandler(Resource):
    """`datasets/{dataset}/predicate`."""

    @Operation("Check a predicate", PredicateRequest, Predicate, errors=VIEW, reads=True)
    async def post(self, dataset: str) -> None:
        """A predicate as text and as a tree, checked against the fields."""
        request = await self.body(PredicateRequest)
        await self.answer_from(dataset, lambda store: store.predicate(request.text, request.filter))


class SqlHandler(Resource):
    """`datasets/{dataset}/sql`."""

    @Operation("Run one SELECT", SqlRequest, ARROW_STREAM, errors=VIEW, reads=True)
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


class SampleHandler(Resource):
    """`datasets/{dataset}/samples/{sample_id}`."""

    @Operation("One sample", SampleRequest, SampleDetail, errors=(*VIEW, "ID_UNKNOWN"), reads=True)
    async def post(self, dataset: str, sample_id: str) -> None:
        """Fields and annotations of a sample, as seen through a view."""
        request = await self.body(SampleRequest)
        await self.answer_from(dataset, lambda store: store.sample(int(sample_id), request.view))


def kind_of(view: ViewSpec | None) -> Kind:
    """A view with SQL of its own is a query."""
    return "query" if view is not None and view.sql else "read"


class SavedViewsHandler(Resource):
    """`datasets/{dataset}/views`."""

    @Operation("Saved views", response=SavedViewList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every saved view of a dataset."""
        await self.answer_from(dataset, lambda store: SavedViewList(views=store.saved_views()))


class SavedViewHandler(Resource):
    """`datasets/{dataset}/views/{name}`."""

    @Operation("Save a view", ViewSpec, SavedView, errors=(*VIEW, *CHANGE))
    async def put(self, dataset: str, name: str) -> None:
        """Keep a view; one of that name is replaced."""
        spec = await self.body(ViewSpec)
        await self.answer_from(dataset, lambda store: store.save_view(name, spec))

    @Operation("Forget a saved view", status=204, errors=(*DATASET, *CHANGE, "VIEW_NOT_FOUND"))
    async def delete(self, dataset: str, name: str) -> None:
        """Forget a view."""
        await self.dataset(dataset, lambda store: store.delete_view(name))
        self.answer_done()


Result = TypeVar("Result")

SELECTED_ROWS = Binary(
    ARROW,
    "An Arrow IPC stream in the order of the selection; `selection` in its schema's metadata is a "
    "SelectionInfo. Of more than `most` rows it has the column of ids alone.",
)
SELECTION_COUNTS = ("VisionLens-Count", "VisionLens-Version")


class WorkspaceResource(Resource):
    """Handlers that act on the workspaces of one dataset."""

    async def workspaces(self, dataset: str, use: Callable[[WorkspaceService], Result]) -> Result:
        """Use the dataset's workspaces in the pool."""

        def with_service(store: DatasetStore) -> Result:
            from visionlens_jlab.core.workspace.service import WorkspaceService

            return use(WorkspaceService(store))

        return await self.dataset(dataset, with_service)

    async def answer_changed(self, workspace: Workspace) -> None:
        """Announce a workspace's new version and answer with it."""
        self.services.announcer.workspace(workspace)
        for capability in capabilities():
            if capability.on_workspace:
                resolve(capability.on_workspace)(self.services, workspace, self.username)
        await self.answer(workspace)


class WorkspacesHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces`."""

    @Operation(
        "Find or make a workspace",
        WorkspaceRequest,
        Workspace,
        errors=(*VIEW, *CHANGE, "PATH_NOT_ALLOWED"),
    )
    async def post(self, dataset: str) -> None:
        """The workspace of a notebook, made when it is the first time; without one a new one."""
        named = (await self.body(WorkspaceRequest)).notebook
        resolve = self.services.policy.notebook
        notebook = None if named is None else await self.work(resolve, named)
        await self.answer(
            await self.workspaces(dataset, lambda service: service.find_or_create(notebook))
        )


class WorkspaceHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}`."""

    @Operation("One workspace", response=Workspace, errors=WORKSPACE)
    async def get(self, dataset: str, workspace: str) -> None:
        """View, selection and versions."""
        await self.answer(await self.workspaces(dataset, lambda service: service.get(workspace)))

    @Operation(
        "Change a workspace", WorkspaceChange, Workspace, errors=(*WORKSPACE, "WORKSPACE_CONFLICT")
    )
    async def patch(self, dataset: str, workspace: str) -> None:
        """Change view or selection; WORKSPACE_CONFLICT when another did since."""
        change = await self.body(WorkspaceChange)
        await self.answer_changed(
            await self.workspaces(dataset, lambda service: service.change(workspace, change))
        )


class WorkspaceIdsHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}/ids`."""

    @Operation("Ids of its view", response=IDS, headers=VIEW_COUNTS, errors=WORKSPACE)
    async def get(self, dataset: str, workspace: str) -> None:
        """The ids of its view in display order."""
        ids, state = await self.workspaces(
            dataset, lambda service: (service.ids(workspace), service.get(workspace))
        )
        counts = {"Count": len(ids), "Total": state.total, "Version": state.dataset_version}
        await self.answer_ids(ids, counts)


class SelectionHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}/selection`."""

    @Operation("Selected ids", response=IDS, headers=SELECTION_COUNTS, errors=WORKSPACE)
    async def get(self, dataset: str, workspace: str) -> None:
        """The selected ids."""
        ids, state = await self.workspaces(
            dataset, lambda service: (service.selection(workspace), service.get(workspace))
        )
        await self.answer_ids(ids, {"Count": len(ids), "Version": state.selection.version})

    @Operation(
        "Replace the selection",
        IDS,
        Workspace,
        query=SelectionQuery,
        errors=(*WORKSPACE, "WORKSPACE_CONFLICT"),
    )
    async def put(self, dataset: str, workspace: str) -> None:
        """Replace the selection by ids sent as uint32."""
        asked = self.query(SelectionQuery)
        ids = read_ids(self.request.body)
        await self.answer_changed(
            await self.workspaces(
                dataset,
                lambda service: service.set_selection(
                    workspace, ids, asked.base_version, asked.origin, asked.level
                ),
            )
        )


class SelectedRowsHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}/selection/rows`."""

    @Operation(
        "Selected rows", response=SELECTED_ROWS, query=SelectedRowsQuery, errors=(*VIEW, *WORKSPACE)
    )
    async def get(self, dataset: str, workspace: str) -> None:
        """What is selected as a table, at once with its level and version."""
        most = self.query(SelectedRowsQuery).most
        await self.answer_table(
            await self.workspaces(dataset, lambda service: service.selected_rows(workspace, most))
        )


ROUTES = [
    Route("datasets/{dataset}/view", ViewHandler),
    Route("datasets/{dataset}/table", TableHandler),
    Route("datasets/{dataset}/tiles", TilesHandler),
    Route("datasets/{dataset}/facets", FacetsHandler),
    Route("datasets/{dataset}/predicate", PredicateHandler),
    Route("datasets/{dataset}/sql", SqlHandler),
    Route("datasets/{dataset}/samples/{sample_id:int}", SampleHandler),
    Route("datasets/{dataset}/views", SavedViewsHandler),
    Route("datasets/{dataset}/views/{name}", SavedViewHandler),
    Route("datasets/{dataset}/workspaces", WorkspacesHandler),
    Route("datasets/{dataset}/workspaces/{workspace}", WorkspaceHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/ids", WorkspaceIdsHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/selection", SelectionHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/selection/rows", SelectedRowsHandler),
]
