"""Workspaces: view and selection, with versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import (
    CHANGE,
    IDS,
    VIEW,
    WORKSPACE,
    Binary,
    Operation,
    Route,
)
from visionlens_jlab.core.api.resources.views import VIEW_COUNTS
from visionlens_jlab.core.api.wire import ARROW, read_ids
from visionlens_jlab.core.workspace.shapes import (
    SelectedRowsQuery,
    SelectionQuery,
    Workspace,
    WorkspaceChange,
    WorkspaceRequest,
)

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.workspace.service import WorkspaceService

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
    Route("datasets/{dataset}/workspaces", WorkspacesHandler),
    Route("datasets/{dataset}/workspaces/{workspace}", WorkspaceHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/ids", WorkspaceIdsHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/selection", SelectionHandler),
    Route("datasets/{dataset}/workspaces/{workspace}/selection/rows", SelectedRowsHandler),
]
