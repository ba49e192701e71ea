"""Workspaces: view and selection, with versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tornado.web import authenticated

from ..models import Workspace, WorkspaceChange, WorkspaceRequest
from .base import Resource
from .guard import authorized
from .shapes import SelectionQuery
from .wire import read_ids

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore
    from ..workspace.service import WorkspaceService

Result = TypeVar("Result")


class WorkspaceResource(Resource):
    """Handlers that act on the workspaces of one dataset."""

    async def workspaces(self, dataset: str, use: Callable[[WorkspaceService], Result]) -> Result:
        """Use the dataset's workspaces in the pool."""

        def with_service(store: DatasetStore) -> Result:
            from ..workspace.service import WorkspaceService

            return use(WorkspaceService(store))

        return await self.dataset(dataset, with_service)

    async def answer_changed(self, workspace: Workspace) -> None:
        """Announce a workspace's new version and answer with it."""
        self.services.announcer.workspace(workspace)
        await self.answer(workspace)


class WorkspacesHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """The workspace of a notebook, made when it is the first time; without one a new one."""
        named = (await self.body(WorkspaceRequest)).notebook
        resolve = self.services.policy.notebook
        notebook = None if named is None else await self.work(resolve, named)
        await self.answer(
            await self.workspaces(dataset, lambda service: service.find_or_create(notebook))
        )


class WorkspaceHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, workspace: str) -> None:
        """View, selection and versions."""
        await self.answer(await self.workspaces(dataset, lambda service: service.get(workspace)))

    @authenticated
    @authorized
    async def patch(self, dataset: str, workspace: str) -> None:
        """Change view or selection; WORKSPACE_CONFLICT when another did since."""
        change = await self.body(WorkspaceChange)
        await self.answer_changed(
            await self.workspaces(dataset, lambda service: service.change(workspace, change))
        )


class WorkspaceIdsHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}/ids`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, workspace: str) -> None:
        """The ids of its view in display order."""
        ids, state = await self.workspaces(
            dataset, lambda service: (service.ids(workspace), service.get(workspace))
        )
        counts = {"Count": len(ids), "Total": state.total, "Version": state.dataset_version}
        await self.answer_ids(ids, counts)


class SelectionHandler(WorkspaceResource):
    """`datasets/{dataset}/workspaces/{workspace}/selection`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, workspace: str) -> None:
        """The selected ids."""
        ids, state = await self.workspaces(
            dataset, lambda service: (service.selection(workspace), service.get(workspace))
        )
        await self.answer_ids(ids, {"Count": len(ids), "Version": state.selection.version})

    @authenticated
    @authorized
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
