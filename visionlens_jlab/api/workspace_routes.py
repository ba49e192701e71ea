"""Routes of workspaces: what a page and a notebook look at."""

from __future__ import annotations

from ..models import Workspace, WorkspaceChange, WorkspaceRequest
from .codes import CHANGE, VIEW, WORKSPACE
from .operations import IDS, Operation, Route
from .shapes import SelectionQuery
from .view_routes import VIEW_COUNTS
from .workspaces import (
    SelectionHandler,
    WorkspaceHandler,
    WorkspaceIdsHandler,
    WorkspacesHandler,
)

SELECTION_COUNTS = ("VisionLens-Count", "VisionLens-Version")

WORKSPACE_ROUTES = [
    Route(
        "datasets/{dataset}/workspaces",
        WorkspacesHandler,
        {
            "post": Operation(
                "Find or make a workspace",
                WorkspaceRequest,
                Workspace,
                errors=(*VIEW, *CHANGE, "PATH_NOT_ALLOWED"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}",
        WorkspaceHandler,
        {
            "get": Operation("One workspace", response=Workspace, errors=WORKSPACE),
            "patch": Operation(
                "Change a workspace",
                WorkspaceChange,
                Workspace,
                errors=(*WORKSPACE, "WORKSPACE_CONFLICT"),
            ),
        },
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/ids",
        WorkspaceIdsHandler,
        {"get": Operation("Ids of its view", response=IDS, headers=VIEW_COUNTS, errors=WORKSPACE)},
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/selection",
        SelectionHandler,
        {
            "get": Operation(
                "Selected ids", response=IDS, headers=SELECTION_COUNTS, errors=WORKSPACE
            ),
            "put": Operation(
                "Replace the selection",
                IDS,
                Workspace,
                query=SelectionQuery,
                errors=(*WORKSPACE, "WORKSPACE_CONFLICT"),
            ),
        },
    ),
]
